import type { Clock } from '../../src/shared/index.ts'

export type ManualClock = Clock & {
  /** Moves time on and wakes those whose sleep is over, the earliest first. */
  readonly advance: (ms: number) => Promise<void>
  /** Resolves when at least so many sleep. */
  readonly untilAsleep: (count: number) => Promise<void>
}

type Sleeper = { readonly until: number; readonly wake: () => void }

/** Time that passes only when it is told to. */
export function manualClock(start = Date.parse('2026-11-21T12:00:00Z')): ManualClock {
  let now = start
  let sleepers: Sleeper[] = []
  return {
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      await new Promise<void>((resolve, reject) => {
        const sleeper = { until: now + ms, wake: resolve }
        sleepers.push(sleeper)
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter((other) => other !== sleeper)
          reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
        })
      })
    },
    untilAsleep: async (count) => {
      while (sleepers.length < count) await new Promise((resolve) => setImmediate(resolve))
    },
    advance: async (ms) => {
      const end = now + ms
      for (;;) {
        const [next] = sleepers.toSorted((a, b) => a.until - b.until)
        if (next === undefined || next.until > end) break
        now = Math.max(now, next.until)
        sleepers = sleepers.filter((other) => other !== next)
        next.wake()
        // Whoever was woken gets to its next sleep first.
        await new Promise((resolve) => setImmediate(resolve))
      }
      now = end
    },
  }
}
