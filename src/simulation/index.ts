export type { CallFilter, ProviderStats, RecordedCall } from './model-provider/call-counter.ts'
export type { Fault, FaultRates } from './model-provider/choose-fault.ts'
export type {
  SimulatedModel,
  SimulatedProvider,
  SimulatedProviderOptions,
} from './model-provider/provider-options.ts'
export { startSimulatedProvider } from './model-provider/start-simulated-provider.ts'
