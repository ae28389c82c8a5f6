import { setTimeout as delay } from 'node:timers/promises'

/** Time as an argument, so that tests and simulations can bring their own. */
export type Clock = {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

/** A clock that also calls back. */
export type TimerClock = Clock & {
  /** Calls back after `ms`, unless what it returns is called first: cheap where that is the rule. */
  readonly after: (ms: number, callBack: () => void) => () => void
}

export const systemClock: TimerClock = {
  // Not `Date.now` itself: whoever stands in for it later would not be heard.
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal })
  },
  after: (ms, callBack) => {
    const timer = setTimeout(callBack, ms)
    return () => clearTimeout(timer)
  },
}
