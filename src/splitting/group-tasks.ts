import { MinHeap } from './min-heap.ts'
import { componentKey, orderTasks } from './order-tasks.ts'
import type { DraftTask } from './outline.ts'

/**
 * Merges tasks until at most `most` groups are left; each group lists indexes of tasks in an order
 * that respects their dependencies.
 *
 * Groups are stretches of one topological order: every dependency between two groups then points
 * back along it, so that grouping can never close a cycle and any width from 1 can be reached.
 * Neighbours of the same component are merged first, then those of the same section, then any;
 * among equals those with the fewest minutes together, so that groups stay alike in size.
 */
export function groupTasks(
  tasks: readonly DraftTask[],
  dependsOn: readonly (readonly number[])[],
  most: number,
): number[][] {
  if (tasks.length <= most) return tasks.map((_, index) => [index])
  const order = orderTasks(tasks, dependsOn)
  return new Stretches(order, tasks).mergeTo(most)
}

/** The boundary between a stretch and the one that follows it. */
type Boundary = {
  readonly left: number
  readonly right: number
  /** 0 same component, 1 same section, 2 neither. */
  readonly distance: number
  readonly minutes: number
}

/** Stretches of the order, each known by the position where it starts, linked to its neighbours. */
class Stretches {
  readonly #order: readonly number[]
  readonly #tasks: readonly DraftTask[]
  readonly #minutes: Float64Array
  /** Start of the following stretch; the order's length after the last; -1 once merged away. */
  readonly #next: Int32Array
  readonly #previous: Int32Array
  readonly #boundaries = new MinHeap<Boundary>(isCloser)

  constructor(order: readonly number[], tasks: readonly DraftTask[]) {
    this.#order = order
    this.#tasks = tasks
    this.#minutes = Float64Array.from(order, (index) => tasks[index]?.estimateMinutes ?? 0)
    this.#next = Int32Array.from(order, (_, at) => at + 1)
    this.#previous = Int32Array.from(order, (_, at) => at - 1)
    for (let at = 0; at + 1 < order.length; at += 1) this.#consider(at)
  }

  mergeTo(most: number): number[][] {
    let count = this.#order.length
    while (count > most) {
      const boundary = this.#boundaries.pop()
      if (boundary === undefined) break
      if (this.#isStale(boundary)) continue
      this.#merge(boundary)
      count -= 1
    }
    return this.#collect()
  }

  #consider(left: number): void {
    const right = this.#next[left] ?? this.#order.length
    if (right >= this.#order.length) return
    // The tasks on both sides of the boundary stand for their stretches.
    const distance = distanceOf(this.#taskAt(right - 1), this.#taskAt(right))
    const minutes = (this.#minutes[left] ?? 0) + (this.#minutes[right] ?? 0)
    this.#boundaries.push({ left, right, distance, minutes })
  }

  #taskAt(position: number): DraftTask | undefined {
    return this.#tasks[this.#order[position] ?? -1]
  }

  #isStale({ left, right, minutes }: Boundary): boolean {
    if (this.#next[left] !== right) return true
    return minutes !== (this.#minutes[left] ?? 0) + (this.#minutes[right] ?? 0)
  }

  #merge({ left, right }: Boundary): void {
    const after = this.#next[right] ?? this.#order.length
    this.#minutes[left] = (this.#minutes[left] ?? 0) + (this.#minutes[right] ?? 0)
    this.#next[left] = after
    this.#next[right] = -1
    if (after < this.#order.length) this.#previous[after] = left
    this.#consider(left)
    const before = this.#previous[left] ?? -1
    if (before >= 0) this.#consider(before)
  }

  #collect(): number[][] {
    const groups: number[][] = []
    for (let at = 0; at < this.#order.length; ) {
      const end = this.#next[at] ?? this.#order.length
      groups.push(this.#order.slice(at, end))
      at = end
    }
    return groups
  }
}

function isCloser(one: Boundary, other: Boundary): boolean {
  if (one.distance !== other.distance) return one.distance < other.distance
  if (one.minutes !== other.minutes) return one.minutes < other.minutes
  return one.left < other.left
}

function distanceOf(one: DraftTask | undefined, other: DraftTask | undefined): number {
  if (one === undefined || other === undefined || one.section !== other.section) return 2
  const component = componentKey(one)
  return component !== null && component === componentKey(other) ? 0 : 1
}
