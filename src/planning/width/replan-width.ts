/** What a run goes by between plans. Plain data, so that it can be stored. */
export type PlannedWidth = {
  readonly slots: number
  /** How many plans in a row allowed more, and the least that they allowed. */
  readonly rising: { readonly plans: number; readonly slots: number } | null
}

const plansToRise = 3

/**
 * Follows the plans without flapping: down at once, for a limit is a limit; up only when three plans
 * in a row allow it, and then to the least of them. From nothing it rises at once.
 */
export function replanWidth(
  now: PlannedWidth | null,
  plan: { readonly slots: number },
): PlannedWidth {
  const { slots } = plan
  if (now === null || now.slots === 0 || slots <= now.slots) return { slots, rising: null }
  const plans = (now.rising?.plans ?? 0) + 1
  const least = Math.min(slots, now.rising?.slots ?? slots)
  return plans >= plansToRise
    ? { slots: least, rising: null }
    : { slots: now.slots, rising: { plans, slots: least } }
}
