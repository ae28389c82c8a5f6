import type { Clock } from '../../shared/index.ts'

/** Node's timers fire at once when asked for more, 24 days. */
const longestTimer = 2 ** 31 - 1

export type TimeLimit = {
  readonly signal: AbortSignal
  readonly timedOut: () => boolean
  readonly end: () => void
}

/** A signal that follows the caller's and fires by itself when the time is up. */
export function timeLimit(
  outer: AbortSignal,
  { timeoutMs, clock }: { readonly timeoutMs: number; readonly clock: Clock },
): TimeLimit {
  const expired = new AbortController()
  const ended = new AbortController()
  clock.sleep(Math.min(timeoutMs, longestTimer), ended.signal).then(
    () => expired.abort(),
    () => {
      // The call ended first.
    },
  )
  return {
    signal: AbortSignal.any([outer, expired.signal]),
    timedOut: () => expired.signal.aborted,
    end: () => ended.abort(),
  }
}
