import type { Task } from '../contracts/index.ts'
import { formatDuration } from './format-quantity.ts'
import { formatWaitGroup, groupWaits } from './group-waits.ts'

/** A shorter wait is over before anybody has read of it. */
const worthTellingMs = 3000
/** A wait that only moves on by less is still the one that was told. */
const sameMs = 60_000

const told = ['budget', 'breaker', 'approval'] as const satisfies readonly string[]

/**
 * What to say, where there is no terminal, of waits that may last: for budgets, failing models and
 * people. Each is told once, and again when its end moves on.
 */
export class LongWaits {
  /** By what is waited for, the end that was told last, in milliseconds since the epoch. */
  readonly #told = new Map<string, number>()

  /** `now` is in milliseconds since the epoch. */
  next(tasks: readonly Task[], now: number): readonly string[] {
    return groupWaits(tasks).flatMap((group) => {
      const { reason, subjects, frees } = group
      if (!told.some((one) => one === reason)) return []
      const ends = frees ?? Number.POSITIVE_INFINITY
      const key = [reason, ...subjects].join('\n')
      const before = this.#told.get(key)
      const isKnown = before !== undefined && (ends === before || ends - before < sameMs)
      if (isKnown || ends - now < worthTellingMs) return []
      this.#told.set(key, ends)
      return [`waiting    ${formatWaitGroup({ ...group, frees: null }, now)}${until(frees, now)}`]
    })
  }
}

function until(frees: number | null, now: number): string {
  if (frees === null) return ''
  const time = new Date(frees).toISOString().replace(/\.\d+Z$/, 'Z')
  return `, until ${time} at the latest (in ${formatDuration(frees - now)})`
}
