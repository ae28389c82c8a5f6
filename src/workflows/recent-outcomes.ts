import type { Pool } from 'pg'
import { readOutcomes } from '../records/index.ts'
import type { ModelOutcome } from '../routing/index.ts'
import type { Clock } from '../shared/index.ts'

const windowMs = 24 * 3_600_000
/** Outcomes move slowly; a request that brings a thousand workloads need not read them a second time. */
const keptMs = 5000

/** How models did in the last day, read at most every five seconds. */
export function recentOutcomes(pool: Pool, clock: Pick<Clock, 'now'>) {
  let readAt = Number.NEGATIVE_INFINITY
  let outcomes: Promise<readonly ModelOutcome[]> = Promise.resolve([])
  return async (): Promise<readonly ModelOutcome[]> => {
    const now = clock.now()
    if (now - readAt < keptMs) return await outcomes
    readAt = now
    outcomes = readOutcomes(pool, { since: new Date(now - windowMs) })
    // What failed is asked for again, by the next one.
    outcomes.catch(() => {
      readAt = Number.NEGATIVE_INFINITY
    })
    return await outcomes
  }
}
