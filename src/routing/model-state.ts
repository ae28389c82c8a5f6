import type { BreakerState, Complexity, ModelProfile } from '../contracts/index.ts'

/** A model as it stands at the moment of a choice. */
export type ModelState = {
  readonly profile: ModelProfile
  readonly breaker: BreakerState
  /** Its provider refused for good, with this code, and is not asked for a while. */
  readonly deadCode?: string | undefined
  /** Its lane takes no calls, and until when (ISO 8601). */
  readonly shut: { readonly reason: string; readonly until: string } | null
  /** Places of its lane that are taken now. */
  readonly held: number
  /** False when a budget refuses its call, an unknown price under a dollar budget included. */
  readonly budgetAllows: boolean
}

/** What calls of a model amounted to, for one type and complexity of task. */
export type ModelOutcome = {
  readonly model: string
  readonly taskType: string
  readonly complexity: Complexity
  readonly calls: number
  readonly successes: number
  /** Over the calls that succeeded; null where none has. */
  readonly meanLatencyMs: number | null
  /** Null when nobody knows the price. */
  readonly meanCostUsd: number | null
}
