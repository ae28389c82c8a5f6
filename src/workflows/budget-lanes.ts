import type { Account } from '../contracts/index.ts'
import type { Lane } from '../engine/index.ts'

/** No limit of its own: a lane that is only ever shut. */
const unlimited = 2_000_000_000

/**
 * The lane that is shut while an account has nothing left. The account's id ends with its period,
 * which the lane outlives: a task that waits for midnight is in it still after midnight.
 */
export function budgetLane({ id, periodEnd }: Account): string {
  return `budget:${periodEnd === null ? id : id.slice(0, id.lastIndexOf(':'))}`
}

export function budgetLanes(accounts: readonly Account[]): readonly Lane[] {
  return accounts.map((account) => ({ name: budgetLane(account), capacity: unlimited }))
}
