import { type BindingLimit, findBinding } from './find-binding.ts'
import { findWidth } from './find-width.ts'
import type { WidthFigure } from './measure-limits.ts'
import { showTime } from './show-figure.ts'
import type { WidthLimits, WidthWork } from './width-facts.ts'

export type WidthPlan = {
  /** How many tasks to have at work now; 0: none may begin. */
  readonly slots: number
  /** How many of the tasks the budgets let through in all. */
  readonly tasks: number
  /** Until the last is delivered; null: not all of them can be. */
  readonly etaMs: number | null
  readonly binding: BindingLimit
  /** The two that would bind after it. */
  readonly next: readonly BindingLimit[]
  /** What each limit allows by itself. */
  readonly figures: readonly WidthFigure[]
  /** The whole plan, a line each, to print. */
  readonly lines: readonly string[]
}

/**
 * How wide a run can be within every limit, when it will be done, and which limit to raise first.
 * Call it again with newer facts as they move, and pass what it says through `replanWidth`.
 */
export function planWidth(limits: WidthLimits, work: WidthWork): WidthPlan {
  const { slots, tasks, etaMs: time, figures } = findWidth(limits, work, new Set())
  const [binding = nothing(slots, time), ...next] = findBinding(limits, work)
  const etaMs = Number.isFinite(time) ? time : null
  const plan = { slots, tasks, etaMs, binding, next, figures }
  return { ...plan, lines: linesOf(plan) }
}

const nothing = (slots: number, etaMs: number): BindingLimit => ({
  limit: 'tasks',
  with: [],
  reason: 'all that is left runs at once',
  lifted: { slots, etaMs },
})

function linesOf(plan: Omit<WidthPlan, 'lines'>): readonly string[] {
  const { slots, etaMs, tasks, binding, next, figures } = plan
  const end = etaMs === null ? `no end: ${tasks} tasks can be done` : `done in ${showTime(etaMs)}`
  const nameOf = (one: BindingLimit) => [one.limit, ...one.with].join(' and ')
  return [
    `${slots} slots, ${end}`,
    `${nameOf(binding)} binds: ${binding.reason}`,
    ...next.map((one) => `then ${nameOf(one)}: ${one.reason}`),
    ...figures.map((figure) => `${figure.limit}: ${allows(figure)}${figure.reason}`),
  ]
}

const allows = ({ slots }: WidthFigure) => (slots === null ? '' : `${slots} at once; `)
