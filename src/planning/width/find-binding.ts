import { type FoundWidth, findWidth } from './find-width.ts'
import type { WidthLimitName } from './measure-limits.ts'
import type { WidthLimits, WidthWork } from './width-facts.ts'

export type BindingLimit = {
  /** `tasks`: nothing binds, all that is left runs at once and at its own pace. */
  readonly limit: WidthLimitName
  /** Limits that bind as tightly: only together with them does lifting it help. */
  readonly with: readonly WidthLimitName[]
  readonly reason: string
  /** What lifting it (and those with it) would lead to. */
  readonly lifted: { readonly slots: number; readonly etaMs: number | null }
}

const goals = [
  (one: FoundWidth) => one.tasks,
  (one: FoundWidth) => -one.etaMs,
  (one: FoundWidth) => one.slots,
] as const
type Goal = (typeof goals)[number]

/**
 * The limits that bind, first to third. Not guessed from the figures but tried: a limit binds when
 * without it more tasks are done, or else the run ends sooner, or else more slots are of use.
 */
export function findBinding(limits: WidthLimits, work: WidthWork): readonly BindingLimit[] {
  const found: BindingLimit[] = []
  let lifted: ReadonlySet<WidthLimitName> = new Set()
  while (found.length < 3) {
    const names = bindingAt(limits, work, lifted)
    const base = findWidth(limits, work, lifted)
    const [limit, ...others] = names
    if (limit === undefined) break
    lifted = new Set([...lifted, ...names])
    const then = findWidth(limits, work, lifted)
    found.push({
      limit,
      with: others,
      reason: base.figures.find((figure) => figure.limit === limit)?.reason ?? '',
      lifted: { slots: then.slots, etaMs: Number.isFinite(then.etaMs) ? then.etaMs : null },
    })
  }
  return found
}

function bindingAt(
  limits: WidthLimits,
  work: WidthWork,
  lifted: ReadonlySet<WidthLimitName>,
): readonly WidthLimitName[] {
  const without = (names: readonly WidthLimitName[]) =>
    findWidth(limits, work, new Set([...lifted, ...names]))
  const base = without([])
  const names = base.figures.map(({ limit }) => limit).filter((limit) => !lifted.has(limit))
  const free = without(names)
  const goal = goals.find((one) => isBetter(one, free, base))
  if (goal === undefined) return []
  const single = names
    .map((name) => ({ name, result: without([name]) }))
    .filter(({ result }) => isBetter(goal, result, base))
    .reduce<{ name: WidthLimitName; result: FoundWidth } | null>(
      (best, one) => (best !== null && !isBetter(goal, one.result, best.result) ? best : one),
      null,
    )
  if (single !== null) return [single.name]
  // Several bind alike: the fewest that help together, found by leaving out one after the other.
  return names.reduceRight<readonly WidthLimitName[]>((kept, name) => {
    const fewer = kept.filter((one) => one !== name)
    return isBetter(goal, without(fewer), base) ? fewer : kept
  }, names)
}

/** By more than floating point could make of equals. */
function isBetter(goal: Goal, one: FoundWidth, other: FoundWidth): boolean {
  const [mine, theirs] = [goal(one), goal(other)]
  if (!Number.isFinite(theirs)) return mine > theirs
  return mine - theirs > 1e-6 * Math.abs(theirs)
}
