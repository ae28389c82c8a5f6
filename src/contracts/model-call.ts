import type { Complexity } from './task.ts'

/**
 * One call of a model, as it is kept: what metrics, pilots and adaptive routing learn from. Written
 * with the completion of its task.
 */
export type ModelCallRecord = {
  /** The event id of the call; unique, so that writing it twice is harmless. */
  readonly id: string
  /** ISO 8601 in UTC. */
  readonly at: string
  readonly runId: string
  readonly task: string
  readonly attempt: number
  readonly repository: string | null
  readonly user: string | null
  readonly specialist: string
  readonly taskType: string
  readonly complexity: Complexity
  /** Configured name of the model. */
  readonly model: string
  readonly pilot: string | null
  readonly arm: 'control' | 'candidate' | null
  readonly outcome: 'succeeded' | 'failed'
  readonly errorCode: string | null
  readonly latencyMs: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Null when nobody knows the price. */
  readonly costUsd: number | null
  /** The answer fitted its schema only after it was asked for again. */
  readonly repaired: boolean
  /** Another model had been tried before in the same attempt. */
  readonly fallback: boolean
  readonly simulated: boolean
}
