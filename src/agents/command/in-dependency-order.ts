type Ordered = { readonly taskId: string; readonly dependsOn: readonly string[] }

/**
 * Dependencies first, equals by id: the same order however the tasks were given. Ids that are not
 * among the tasks are ignored.
 */
export function inDependencyOrder<T extends Ordered>(tasks: readonly T[]): T[] {
  const sorted = tasks.toSorted((left, right) => (left.taskId < right.taskId ? -1 : 1))
  const byId = new Map(sorted.map((task) => [task.taskId, task]))
  const placed = new Set<string>()
  const order: T[] = []
  for (const root of sorted) {
    // A stack of our own: a chain of ten thousand tasks would overflow the call stack.
    const stack = [root]
    const begun = new Set<string>()
    for (let task = stack.at(-1); task !== undefined; task = stack.at(-1)) {
      const next = begun.has(task.taskId) ? [] : pending(task, { byId, placed, begun })
      begun.add(task.taskId)
      stack.push(...next)
      if (next.length > 0) continue
      stack.pop()
      if (!placed.has(task.taskId)) order.push(task)
      placed.add(task.taskId)
    }
  }
  return order
}

type Progress<T> = { byId: Map<string, T>; placed: Set<string>; begun: Set<string> }

/** Last first, as they go on a stack. */
function pending<T extends Ordered>(task: T, { byId, placed, begun }: Progress<T>): T[] {
  return task.dependsOn
    .toSorted()
    .toReversed()
    .filter((id) => !placed.has(id) && !begun.has(id))
    .map((id) => byId.get(id))
    .filter((found) => found !== undefined)
}
