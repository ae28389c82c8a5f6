export type { FaultRates } from './model-provider/choose-fault.ts'
export type { SimulatedProvider } from './model-provider/provider-options.ts'
export { startSimulatedProvider } from './model-provider/start-simulated-provider.ts'
