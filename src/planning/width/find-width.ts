import { liftLimit } from './lift-limit.ts'
import { measureLimits, type WidthFigure, type WidthLimitName } from './measure-limits.ts'
import type { WidthLimits, WidthWork } from './width-facts.ts'
import { shapeOf, shapeWithoutGraph } from './work-shape.ts'

export type FoundWidth = {
  /** How many tasks the limits let through in all. */
  readonly tasks: number
  /** Infinite when not all of them. */
  readonly etaMs: number
  readonly slots: number
  readonly figures: readonly WidthFigure[]
}

/**
 * The slots within all limits but the lifted ones. No more than shorten the run: where writes or
 * reviews set the pace, further slots would only make more wait.
 */
export function findWidth(
  limits: WidthLimits,
  work: WidthWork,
  lifted: ReadonlySet<WidthLimitName>,
): FoundWidth {
  const open = [...lifted].reduce(liftLimit, limits)
  const shape = lifted.has('graph') ? shapeWithoutGraph(work) : shapeOf(work)
  const { figures, aroundMs } = measureLimits(open, work, shape)
  const tasks = least(figures.map((one) => one.tasks).concat(shape.tasks))
  const most = least(figures.map((one) => one.slots).concat(tasks))
  const paceMs = longest(figures.map((one) => one.paceMs))
  const slots = leastSlots(most, (count) => shape.workMs(count) <= paceMs)
  const leastMs = longest(figures.map((one) => one.leastMs))
  const etaMs = Math.max(leastMs, aroundMs + shape.workMs(slots))
  return { tasks, slots, etaMs: etaOf(shape.tasks, tasks, etaMs), figures }
}

function etaOf(wanted: number, possible: number, etaMs: number): number {
  if (wanted === 0) return 0
  return possible < wanted ? Number.POSITIVE_INFINITY : etaMs
}

const least = (counts: readonly (number | null)[]) =>
  counts.reduce<number>((less, one) => Math.min(less, one ?? less), Number.POSITIVE_INFINITY)

const longest = (times: readonly (number | null)[]) => Math.max(0, ...times.map((one) => one ?? 0))

/** The least from 1 to `most` that is enough, or `most`. */
function leastSlots(most: number, isEnough: (slots: number) => boolean): number {
  let low = Math.min(1, most)
  let high = most
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (isEnough(middle)) high = middle
    else low = middle + 1
  }
  return high
}
