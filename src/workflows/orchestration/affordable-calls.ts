import { accountsFor, type Cap, type Subject } from '../../budget/index.ts'
import type { Account, AccountStatement } from '../../contracts/index.ts'
import type { Ledger } from '../../records/index.ts'
import type { Clock } from '../../shared/index.ts'

/** What the dearest of the calls takes of each unit; null where nobody knows. */
export type CallCosts = {
  readonly usd: number | null
  readonly tokens: number
}

type Parts = {
  readonly caps: readonly Cap[]
  readonly ledger: Pick<Ledger, 'statement'>
  readonly clock: Pick<Clock, 'now'>
}

/** How many calls the budget that is nearest its end still pays for; null where none counts them. */
export async function affordableCalls(
  { caps, ledger, clock }: Parts,
  subject: Subject,
  costs: CallCosts,
): Promise<{ readonly calls: number; readonly reason: string } | null> {
  const accounts = accountsFor(caps, subject, new Date(clock.now()))
  if (accounts.length === 0) return null
  const stated = new Map(
    (await ledger.statement(accounts.map(({ id }) => id))).map((one) => [one.id, one]),
  )
  const known = accounts.flatMap((account) => {
    const cost = costOf(account.unit, costs)
    if (cost === null || cost <= 0) return []
    const left = leftOf(account, stated.get(account.id))
    return [{ account, left, calls: Math.max(0, Math.floor(left / cost)) }]
  })
  // Of budgets that are used up, the one that keeps the calls waiting longest.
  const [tightest] = known.toSorted(
    (one, other) => one.calls - other.calls || endOf(other.account) - endOf(one.account),
  )
  return tightest === undefined ? null : { calls: tightest.calls, reason: reasonOf(tightest) }
}

function costOf(unit: string, { usd, tokens }: CallCosts): number | null {
  if (unit === 'requests') return 1
  return unit === 'tokens' ? tokens : usd
}

/** Amounts are whole millionths, which a difference of numbers need not be. */
function leftOf({ limit }: Account, stated: AccountStatement | undefined): number {
  const used = (stated?.spent ?? 0) + (stated?.reserved ?? 0)
  return Math.round((limit - used) * 1e6) / 1e6
}

const endOf = ({ periodEnd }: Account): number => periodEnd?.getTime() ?? Number.MAX_SAFE_INTEGER

type Tightest = { readonly account: Account; readonly left: number; readonly calls: number }

function reasonOf({ account, left, calls }: Tightest): string {
  const { id, unit, limit, periodEnd } = account
  const state = `the budget ${id} has ${Math.max(0, left)} of ${limit} ${unit} left`
  const pays = calls === 0 ? 'too little for a call' : `enough for ${calls} more`
  const back =
    periodEnd === null
      ? 'nothing comes back by itself'
      : `it begins anew ${periodEnd.toISOString()}`
  return `${state}, ${pays}; ${back}`
}
