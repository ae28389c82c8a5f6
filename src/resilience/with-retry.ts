import { ConstantBackoff, handleWhen, retry } from 'cockatiel'
import { type Clock, systemClock } from '../shared/index.ts'
import { isConnectionError } from './database-errors.ts'
import { retryDelayMs } from './retry-delay.ts'

export type RetryOptions = {
  /** Ends the waiting and the trying; the error that was met last, or the abort, is thrown. */
  readonly signal: AbortSignal
  /** Default: `isConnectionError`. */
  readonly isRetryable?: (error: unknown) => boolean
  /** Told before each wait. */
  readonly onRetry?: (error: unknown, attempt: number) => void
  /** Tries after the first. Default: no end but the signal's. */
  readonly retries?: number
  /** Default: 50 ms. */
  readonly initialMs?: number
  /** Default: 2 s. */
  readonly maxMs?: number
  readonly random?: () => number
  readonly clock?: Clock
}

/** Calls `attempt` until it succeeds, fails for good, or the signal aborts. */
export async function withRetry<T>(
  attempt: (number: number) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const { signal, isRetryable = isConnectionError, initialMs = 50, maxMs = 2000 } = options
  const { random = Math.random, clock = systemClock } = options
  const policy = retry(
    handleWhen((error) => !signal.aborted && isRetryable(error)),
    { maxAttempts: options.retries ?? Number.POSITIVE_INFINITY, backoff: new ConstantBackoff(0) },
  )
  const failure: { last: unknown } = { last: undefined }
  signal.throwIfAborted()
  return await policy.execute(async ({ attempt: before }) => {
    // The library's own pause cannot be aborted and knows no clock, so the pause is taken here.
    if (before > 0) {
      options.onRetry?.(failure.last, before)
      await clock.sleep(retryDelayMs(before, { random, initialMs, maxMs }), signal)
    }
    try {
      return await attempt(before + 1)
    } catch (error) {
      failure.last = error
      throw error
    }
  }, signal)
}
