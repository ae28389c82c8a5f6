import type { TimerClock } from '../../shared/index.ts'

/** Node's timers fire at once when asked for more, 24 days. */
const longestTimer = 2 ** 31 - 1

export type TimeLimit = {
  readonly signal: AbortSignal
  readonly timedOut: () => boolean
  readonly end: () => void
}

/**
 * A signal that follows the caller's and fires by itself when the time is up. Built of one controller
 * and one timer: `AbortSignal.any` and a sleep that is aborted cost each call 0.1 ms.
 */
export function timeLimit(
  outer: AbortSignal,
  { timeoutMs, clock }: { readonly timeoutMs: number; readonly clock: Pick<TimerClock, 'after'> },
): TimeLimit {
  const own = new AbortController()
  let isExpired = false
  const follow = (): void => own.abort(outer.reason)
  outer.addEventListener('abort', follow, { once: true })
  if (outer.aborted) follow()
  const cancel = clock.after(Math.min(timeoutMs, longestTimer), () => {
    isExpired = true
    own.abort()
  })
  return {
    signal: own.signal,
    timedOut: () => isExpired,
    end: () => {
      cancel()
      outer.removeEventListener('abort', follow)
    },
  }
}
