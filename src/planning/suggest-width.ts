/** Something that keeps the width from being larger. */
export type WidthLimit = {
  readonly limit: 'workloads' | 'slots' | 'lane' | 'rate' | 'budget'
  readonly width: number
  readonly reason: string
}

export type WidthFacts = {
  /** How many workloads can run side by side, going by their dependencies. */
  readonly independent: number
  readonly slots: number
  /** Places in the lanes of the models, taken ones not counted. */
  readonly lanePlaces: number
  /** Calls a minute over the lanes of the models; null: no limit. */
  readonly requestsPerMinute: number | null
  /** Mean time of a call. */
  readonly latencyMs: number
  /** How many calls the tightest budget still pays for; null: no budget. */
  readonly affordable: { readonly calls: number; readonly reason: string } | null
}

export type SuggestedWidth = {
  /** At least 1: less would never end. */
  readonly width: number
  readonly binding: WidthLimit
}

/**
 * The widest that every limit allows, and the one that binds: `width` 0 of it means that nothing runs
 * before it gives way. Of equals the first listed.
 */
export function suggestWidth(facts: WidthFacts): SuggestedWidth {
  const limits = limitsOf(facts)
  const binding = limits.reduce((least, limit) => (limit.width < least.width ? limit : least))
  return { width: Math.max(1, binding.width), binding }
}

function limitsOf(facts: WidthFacts): [WidthLimit, ...WidthLimit[]] {
  const { independent, slots, lanePlaces, requestsPerMinute, latencyMs, affordable } = facts
  return [
    {
      limit: 'workloads',
      width: independent,
      reason: `${independent} of the workloads can run side by side`,
    },
    { limit: 'slots', width: slots, reason: `a request has ${slots} slots` },
    { limit: 'lane', width: lanePlaces, reason: `the models have ${lanePlaces} free places` },
    ...(requestsPerMinute === null
      ? []
      : [
          {
            limit: 'rate' as const,
            // Little's law: as many as begin while one call takes its time.
            width: Math.max(1, Math.floor((requestsPerMinute / 60_000) * latencyMs)),
            reason: `the models take ${requestsPerMinute} calls a minute, of ${Math.round(latencyMs)} ms each`,
          },
        ]),
    ...(affordable === null
      ? []
      : [{ limit: 'budget' as const, width: affordable.calls, reason: affordable.reason }]),
  ]
}

/**
 * How many tasks can run side by side: the widest layer, where each task stands as early as its
 * dependencies let it. Tasks come after those they depend on in no particular order; cycles are the
 * caller's to refuse.
 */
export function widestLayer(
  tasks: readonly { readonly id: string; readonly dependsOn: readonly string[] }[],
): number {
  return Math.max(0, ...layerSizes(tasks))
}

/** How many tasks there are in each layer, the first one first. */
export function layerSizes(
  tasks: readonly { readonly id: string; readonly dependsOn: readonly string[] }[],
): readonly number[] {
  const waiting = new Map(tasks.map(({ id, dependsOn }) => [id, new Set(dependsOn).size]))
  const dependants = dependantsOf(tasks)
  const sizes: number[] = []
  let layer = tasks.filter(({ id }) => waiting.get(id) === 0).map(({ id }) => id)
  while (layer.length > 0) {
    sizes.push(layer.length)
    layer = layer
      .flatMap((id) => dependants.get(id) ?? [])
      .filter((id) => {
        const left = (waiting.get(id) ?? 0) - 1
        waiting.set(id, left)
        return left === 0
      })
  }
  return sizes
}

function dependantsOf(
  tasks: readonly { readonly id: string; readonly dependsOn: readonly string[] }[],
): ReadonlyMap<string, readonly string[]> {
  const dependants = new Map<string, string[]>()
  for (const { id, dependsOn } of tasks) {
    for (const needed of new Set(dependsOn)) {
      const known = dependants.get(needed)
      if (known === undefined) dependants.set(needed, [id])
      else known.push(id)
    }
  }
  return dependants
}
