type Timed = {
  readonly id: string
  readonly dependsOn: readonly string[]
  readonly ms: number
}

type Running = { readonly id: string; readonly ends: number }

/**
 * How long tasks take with `width` of them at once, each begun as soon as those it depends on are
 * done and there is room, in the order given: never less than the longest chain, nor than the work
 * shared out evenly. Tasks in a cycle never begin; they are the caller's to refuse.
 */
export function estimateTime(tasks: readonly Timed[], width: number): number {
  const dependants = dependantsOf(tasks)
  const missing = new Map(tasks.map(({ id, dependsOn }) => [id, new Set(dependsOn).size]))
  const times = new Map(tasks.map(({ id, ms }) => [id, ms]))
  const ready = tasks.filter(({ id }) => missing.get(id) === 0).map(({ id }) => id)
  const running: Running[] = []
  let begun = 0
  let now = 0
  while (begun < ready.length || running.length > 0) {
    while (begun < ready.length && running.length < Math.max(1, width)) {
      const id = ready[begun] ?? ''
      begun += 1
      insert(running, { id, ends: now + (times.get(id) ?? 0) })
    }
    const next = running.pop()
    if (next === undefined) break
    now = next.ends
    for (const id of freed(missing, dependants.get(next.id) ?? [])) ready.push(id)
  }
  return now
}

/** Those of the dependants that miss nothing more, now that one thing less is missing. */
function freed(missing: Map<string, number>, dependants: readonly string[]): readonly string[] {
  return dependants.filter((id) => {
    const left = (missing.get(id) ?? 0) - 1
    missing.set(id, left)
    return left === 0
  })
}

/** Keeps the one that ends first at the end of the list, where it is taken from. */
function insert(running: Running[], one: Running): void {
  let [low, high] = [0, running.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((running[middle]?.ends ?? 0) > one.ends) low = middle + 1
    else high = middle
  }
  running.splice(low, 0, one)
}

function dependantsOf(tasks: readonly Timed[]): ReadonlyMap<string, readonly string[]> {
  const pairs = tasks.flatMap(({ id, dependsOn }) =>
    [...new Set(dependsOn)].map((needed) => ({ id, needed })),
  )
  const grouped = Map.groupBy(pairs, ({ needed }) => needed)
  return new Map([...grouped].map(([needed, all]) => [needed, all.map(({ id }) => id)]))
}
