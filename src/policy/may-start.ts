import type { Lineage, LoopRules } from './loop-rules.ts'

/** What has already come of a root and of an object. Null: could not be found out. */
export type LineageCounts = {
  readonly startsOnObjectThisHour: number | null
  readonly effectsOfRoot: number | null
  readonly spendOfRoot: number | null
}

/** Whether one more run may start, and if not, why. Unknown counts do not start anything. */
export function mayStart(
  lineage: Lineage | null,
  counts: LineageCounts,
  rules: LoopRules,
): { readonly allowed: boolean; readonly reasons: readonly string[] } {
  const depth = lineage === null ? 0 : lineage.depth + 1
  const bounds = [
    { what: 'steps from what began it', count: depth, most: rules.maxDepth },
    {
      what: 'runs started on it this hour',
      count: after(counts.startsOnObjectThisHour),
      most: rules.maxStartsPerObjectHour,
    },
    {
      what: 'effects of its root',
      count: after(counts.effectsOfRoot),
      most: rules.maxEffectsPerRoot,
    },
    // Spent up to the bound is used up: one more unit would be beyond it.
    ...(rules.maxSpendPerRoot === null
      ? []
      : [{ what: 'spent by its root', count: spent(counts, rules), most: rules.maxSpendPerRoot }]),
  ]
  const reasons = bounds.flatMap(({ what, count, most }) => {
    if (count === null || Number.isNaN(count)) return [`Not known: ${what} (at most ${most}).`]
    return count <= most ? [] : [`${what}: ${count}, at most ${most}.`]
  })
  return { allowed: reasons.length === 0, reasons }
}

const after = (count: number | null) => (count === null ? null : count + 1)

const spent = ({ spendOfRoot }: LineageCounts, { maxSpendPerRoot }: LoopRules) =>
  spendOfRoot !== null && spendOfRoot === maxSpendPerRoot ? Number.POSITIVE_INFINITY : spendOfRoot
