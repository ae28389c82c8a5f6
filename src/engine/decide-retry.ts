import { retryDelayMs } from '../resilience/index.ts'
import { AppError, storableText } from '../shared/index.ts'
import type { ClaimedTask, Completion } from './engine-types.ts'

const longestMessage = 4000

type Ending = Pick<Completion, 'kind' | 'code' | 'message' | 'delayMs'>

/** What becomes of an attempt that threw: another try after a back-off, or the task's failure. */
export function decideRetry(claimed: ClaimedTask, error: unknown, random: () => number): Ending {
  const code = error instanceof AppError ? error.code : 'agent_failed'
  // PostgreSQL stores no NUL and no half characters; a message loses them, an output is refused.
  const message = storableText(textOf(error).slice(0, longestMessage))
  // An error that nobody classified may be anything; trying again is what helps most often.
  const isRetryable = error instanceof AppError ? error.isRetryable : true
  if (!isRetryable || claimed.retries >= claimed.maxRetries) {
    return { kind: 'failed', code, message, delayMs: 0 }
  }
  const retryAfterMs = error instanceof AppError ? error.retryAfterMs : undefined
  const delayMs = retryDelayMs(claimed.retries + 1, { random, retryAfterMs })
  return { kind: 'retry', code, message, delayMs }
}

/** Agents throw anything, even what cannot be made text. */
function textOf(error: unknown): string {
  const told: unknown = error instanceof Error ? error.message : error
  if (typeof told === 'string') return told
  try {
    return String(told)
  } catch {
    return 'the agent threw something that cannot be shown'
  }
}
