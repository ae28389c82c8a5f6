export type { WorkflowBehaviour, WorkflowOutcome } from './github/actions/run-workflows.ts'
export type { FaultMatch, GitHubFault, GitHubFaultRates } from './github/faults/choose-fault.ts'
export type { FileContents } from './github/git/git-host.ts'
export type { GitHubStats } from './github/limits/call-statistics.ts'
export type { LimitSettings } from './github/limits/limit-settings.ts'
export type {
  CreateRepository,
  SimulatedGitHub,
  SimulatedGitHubOptions,
} from './github/simulated-github-options.ts'
export { startSimulatedGitHub } from './github/start-simulated-github.ts'
export type { Happened } from './github/state/happened.ts'
export type { CallFilter, ProviderStats, RecordedCall } from './model-provider/call-counter.ts'
export type { Fault, FaultRates } from './model-provider/choose-fault.ts'
export type {
  SimulatedModel,
  SimulatedProvider,
  SimulatedProviderOptions,
} from './model-provider/provider-options.ts'
export { startSimulatedProvider } from './model-provider/start-simulated-provider.ts'
