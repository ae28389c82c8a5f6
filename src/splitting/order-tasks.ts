import { MinHeap } from './min-heap.ts'
import type { DraftTask } from './outline.ts'

/**
 * A topological order that keeps what is tightly coupled together: after a task comes, where its
 * dependencies allow, one of the same component, else of the same section, else the input's next.
 */
export function orderTasks(
  tasks: readonly DraftTask[],
  dependsOn: readonly (readonly number[])[],
): number[] {
  const pending = dependsOn.map((edges) => edges.length)
  const dependants = tasks.map((): number[] => [])
  for (const [index, edges] of dependsOn.entries()) {
    for (const edge of edges) dependants[edge]?.push(index)
  }
  const ready = new ReadyTasks(tasks)
  for (const [index, count] of pending.entries()) if (count === 0) ready.add(index)
  const order: number[] = []
  for (let task = ready.take(null); task !== undefined; task = ready.take(task)) {
    order.push(task)
    for (const dependant of dependants[task] ?? []) {
      const left = (pending[dependant] ?? 0) - 1
      pending[dependant] = left
      if (left === 0) ready.add(dependant)
    }
  }
  return order
}

/** Three views of the ready tasks; one that was taken through another view is passed over. */
class ReadyTasks {
  readonly #tasks: readonly DraftTask[]
  readonly #taken: Uint8Array
  readonly #all = indexHeap()
  readonly #bySection = new Map<number, MinHeap<number>>()
  readonly #byComponent = new Map<string, MinHeap<number>>()

  constructor(tasks: readonly DraftTask[]) {
    this.#tasks = tasks
    this.#taken = new Uint8Array(tasks.length)
  }

  add(index: number): void {
    const task = this.#tasks[index]
    if (task === undefined) return
    this.#all.push(index)
    heapIn(this.#bySection, task.section).push(index)
    const component = componentKey(task)
    if (component !== null) heapIn(this.#byComponent, component).push(index)
  }

  take(previous: number | null): number | undefined {
    const task = previous === null ? undefined : this.#tasks[previous]
    const component = task === undefined ? null : componentKey(task)
    const views = [
      component === null ? undefined : this.#byComponent.get(component),
      task === undefined ? undefined : this.#bySection.get(task.section),
      this.#all,
    ]
    for (const view of views) {
      const index = this.#next(view)
      if (index === undefined) continue
      this.#taken[index] = 1
      return index
    }
    return undefined
  }

  #next(heap: MinHeap<number> | undefined): number | undefined {
    let index = heap?.pop()
    while (index !== undefined && this.#taken[index] === 1) index = heap?.pop()
    return index
  }
}

/** The same for tasks of one component of one section; null for a task that stands alone. */
export function componentKey(task: DraftTask): string | null {
  return task.component === null ? null : `${task.section} ${task.component}`
}

function heapIn<K>(heaps: Map<K, MinHeap<number>>, key: K): MinHeap<number> {
  const known = heaps.get(key)
  if (known !== undefined) return known
  const heap = indexHeap()
  heaps.set(key, heap)
  return heap
}

function indexHeap(): MinHeap<number> {
  return new MinHeap((one, other) => one < other)
}
