export type { ProviderStats } from './model-provider/call-counter.ts'
export type { FaultRates } from './model-provider/choose-fault.ts'
export type {
  SimulatedProvider,
  SimulatedProviderOptions,
} from './model-provider/provider-options.ts'
export { startSimulatedProvider } from './model-provider/start-simulated-provider.ts'
