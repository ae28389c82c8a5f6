import type { Analysis, AnalysisRequest } from './analysis.ts'
import type { BudgetPage } from './budget-status.ts'
import type { Caller } from './caller.ts'
import type { Catalogue } from './catalogue.ts'
import type { OrchestrationRequest, OrchestrationResult } from './orchestration.ts'
import type { PerformanceMetrics } from './performance.ts'
import type {
  PilotConfiguration,
  PilotEvent,
  PilotFeedback,
  PilotMetrics,
  PilotStatus,
} from './pilot.ts'
import type { Run } from './run.ts'
import type { Page } from './run-service.ts'

/**
 * Feature A as the edges see it. Requests are parsed already (the schemas of the contracts); what
 * the guard rails refuse is audited as `DENIED` and thrown: `repository_not_allowed`,
 * `user_not_eligible`, `input_invalid`, `split_cycle`, `split_unknown_dependency`,
 * `lineage_too_deep`, `price_unknown`, `idempotency_conflict`.
 */
export type OrchestrationService = {
  /** Resolves once the run is committed. */
  readonly submit: (
    request: OrchestrationRequest,
    caller: Caller,
    idempotencyKey?: string,
  ) => Promise<{ readonly run: Run; readonly created: boolean }>
  /** The result once the run has ended, or null when `waitMs` passed or the signal fired first. */
  readonly wait: (
    runId: string,
    options: { readonly waitMs: number; readonly signal: AbortSignal },
  ) => Promise<OrchestrationResult | null>
  /** The result so far. Throws `not_found` for an unknown run or one of another kind. */
  readonly result: (runId: string) => Promise<OrchestrationResult>
  readonly analyze: (request: AnalysisRequest, caller: Caller) => Promise<Analysis>
  readonly performance: (windowMinutes: number) => Promise<PerformanceMetrics>
  readonly catalogue: () => Promise<Catalogue>
  /**
   * What is left of the caps, of those that something was reserved of in the period that is now and,
   * for runs, that have not ended. In the order of their ids.
   */
  readonly budgets: (page: Page) => Promise<BudgetPage>
  /** A request that `submit` accepts as it is. */
  readonly sample: (repository?: string) => OrchestrationRequest
  /** One line about an accepted run, in the configured voice. */
  readonly accepted: (run: Run) => string
}

/** `start`, `advance`, `rollback`, `stop` and `undo` act at once and are audited. */
export type PilotService = {
  readonly status: () => Promise<PilotStatus>
  readonly metrics: () => Promise<PilotMetrics>
  readonly configuration: () => PilotConfiguration
  readonly history: () => Promise<readonly PilotEvent[]>
  readonly start: (caller: Caller, reason?: string) => Promise<PilotStatus>
  /** To the next phase, or by the verdict to promotion. Throws `pilot_not_possible`. */
  readonly advance: (caller: Caller, reason?: string) => Promise<PilotStatus>
  readonly rollback: (caller: Caller, reason: string) => Promise<PilotStatus>
  /** The kill switch: nothing more goes to the candidate, from the next submission on. */
  readonly stop: (caller: Caller, reason: string) => Promise<PilotStatus>
  /** Takes back the last change of state or phase. */
  readonly undo: (caller: Caller, reason?: string) => Promise<PilotStatus>
  /** How many workloads the feedback was kept for. Throws `not_found`. */
  readonly feedback: (feedback: PilotFeedback, caller: Caller) => Promise<number>
}
