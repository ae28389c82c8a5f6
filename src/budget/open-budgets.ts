import type { CapPeriod, CapScope } from '../contracts/index.ts'
import { escapeName, periodAt } from './accounts-for.ts'
import type { Cap } from './cap.ts'

/** The accounts that caps of one scope, period and unit have open at a time. */
export type OpenBudget = {
  readonly scope: CapScope
  readonly period: CapPeriod
  readonly unit: string
  /** Ids are the scope, a colon and the name (not for `all`), and this. */
  readonly suffix: string
  readonly periodEnd: Date | null
  /** The amount for a name as it stands in an id; null when no cap concerns it. */
  readonly limitOf: (name: string) => number | null
}

/** What accounts may be open at `now`; see `accountsFor`, which makes them. */
export function openBudgets(caps: readonly Cap[], now: Date): readonly OpenBudget[] {
  const alike = Map.groupBy(caps, ({ scope, period, unit }) => `${scope}:${period}:${unit}`)
  return [...alike.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const { scope, period, unit } = first
    const { label, end } = periodAt(period, now)
    const suffix = [period, unit, label].filter((word) => word !== '').map((word) => `:${word}`)
    const limitOf = (name: string): number | null => limitIn(group, name)
    return [{ scope, period, unit, suffix: suffix.join(''), periodEnd: end, limitOf }]
  })
}

/** A cap that names its subject goes before one for each; of two alike the smaller holds. */
function limitIn(caps: readonly Cap[], name: string): number | null {
  const own = caps.filter(
    ({ only }) => only !== undefined && escapeName(only.toLowerCase()) === name,
  )
  const applied = own.length > 0 ? own : caps.filter(({ only }) => only === undefined)
  return applied.length === 0 ? null : Math.min(...applied.map(({ amount }) => amount))
}
