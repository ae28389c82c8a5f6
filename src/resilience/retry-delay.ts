const hour = 3_600_000

export type RetryDelayOptions = {
  /** A number from 0 (included) to 1 (excluded), such as `Math.random`. */
  readonly random: () => number
  /** What the other side asked for: the delay is never shorter, but at most an hour. */
  readonly retryAfterMs?: number | undefined
  /** Upper bound of the first delay; it doubles with each attempt. Default: 1 s. */
  readonly initialMs?: number
  /** Where the doubling ends. Default: 60 s. */
  readonly maxMs?: number
}

/**
 * Milliseconds to wait after `attempt` (1 = the first) failed: exponential with full jitter, so
 * that many that failed together do not come back together.
 */
export function retryDelayMs(attempt: number, options: RetryDelayOptions): number {
  const { random, retryAfterMs, initialMs = 1000, maxMs = 60_000 } = options
  const ceiling = Math.min(maxMs, initialMs * 2 ** Math.max(0, attempt - 1))
  const jitter = Math.floor(random() * ceiling)
  if (retryAfterMs === undefined || Number.isNaN(retryAfterMs)) return jitter
  // Everybody was told the same moment: spread the return a little beyond it.
  const spread = Math.min(jitter, initialMs)
  return Math.min(hour, Math.max(0, Math.ceil(retryAfterMs)) + spread)
}
