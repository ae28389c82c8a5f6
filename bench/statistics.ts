import type { Timing } from './contract.ts'

/** The round in the middle when the rounds are put in order of their total time. */
export function medianRound(rounds: readonly Timing[]): Timing {
  const ordered = rounds.toSorted((a, b) => a.totalMs - b.totalMs)
  const median = ordered[Math.floor(ordered.length / 2)]
  if (median === undefined) throw new Error('no round was measured')
  return median
}

/** The value below which `share` (0 to 1) of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const ordered = values.toSorted((a, b) => a - b)
  const value = ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))]
  if (value === undefined) throw new Error('no value was measured')
  return value
}

/** Tasks a second from the first enqueue call to the last commit. */
export function rate(tasks: number, { totalMs }: Timing): number {
  return (tasks / totalMs) * 1000
}

/**
 * Tasks a second after everything was enqueued, of those that were left then; null when less than a
 * tenth was, because the engine had worked while it was being fed.
 */
export function rateAfterEnqueueing(tasks: number, timing: Timing): number | null {
  if (timing.remaining < tasks / 10) return null
  return (timing.remaining / (timing.totalMs - timing.enqueuedMs)) * 1000
}
