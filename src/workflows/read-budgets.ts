import type { Pool } from 'pg'
import { type Cap, type OpenBudget, openBudgets } from '../budget/index.ts'
import type { AccountStatement, BudgetPage, BudgetStatus, Page } from '../contracts/index.ts'
import { listAccounts } from '../records/index.ts'
import { AppError, type Clock } from '../shared/index.ts'

type BudgetParts = {
  readonly pool: Pool
  readonly caps: readonly Cap[]
  readonly clock: Pick<Clock, 'now'>
}

/** What is left of the configured caps. See `OrchestrationService.budgets`. */
export async function readBudgets(
  { pool, caps, clock }: BudgetParts,
  { limit, cursor }: Page,
): Promise<BudgetPage> {
  const now = new Date(clock.now())
  const open = openBudgets(caps, now)
  const after = cursor === undefined ? null : idIn(cursor)
  // One more than is shown says whether there is a following page.
  const found = await listAccounts(pool, open, { limit: limit + 1, after, now })
  const shown = found.slice(0, limit)
  const last = found.length > limit ? shown.at(-1) : undefined
  return {
    budgets: shown.flatMap((account) => statusOf(open, account)),
    next: last === undefined ? null : cursorOf(last.id),
  }
}

const cursorOf = (id: string): string => Buffer.from(id, 'utf8').toString('base64url')

function idIn(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString('utf8')
  if (cursorOf(id) === cursor && !id.includes('\0')) return id
  throw new AppError('request_invalid', 'cursor is not one that a page gave as `next`')
}

/** Empty for an account that was opened by a cap which is not configured here any more. */
function statusOf(open: readonly OpenBudget[], account: AccountStatement): readonly BudgetStatus[] {
  const { id, unit, spent, reserved } = account
  const [scope] = id.split(':', 1)
  const budget = open.find((one) => one.scope === scope && id.endsWith(one.suffix))
  if (budget === undefined) return []
  const isAll = budget.scope === 'all'
  const escaped = isAll ? '' : id.slice(budget.scope.length + 1, -budget.suffix.length)
  const limit = budget.limitOf(escaped)
  if (limit === null) return []
  const { period, periodEnd } = budget
  return [
    {
      ...{ id, scope: budget.scope, period, unit, limit, spent, reserved },
      name: isAll ? null : decodeURIComponent(escaped),
      // Both sides are whole millionths, which a difference of numbers need not be.
      available: Math.round((limit - spent - reserved) * 1e6) / 1e6,
      frees: periodEnd?.toISOString() ?? null,
    },
  ]
}
