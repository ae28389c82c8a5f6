import { creationTime, windowTime } from './creation-time.ts'
import { showCount, showTime } from './show-figure.ts'
import { type WidthLimits, type WidthWork, type WriteCosts, writeCosts } from './width-facts.ts'
import type { WorkShape } from './work-shape.ts'

export type WidthLimitName =
  | 'tasks'
  | 'graph'
  | 'slots'
  | 'runners'
  | 'lane_places'
  | 'lane_requests'
  | 'lane_tokens'
  | 'copilot_sessions'
  | 'open_pulls'
  | 'creations_per_minute'
  | 'creations_per_hour'
  | 'write_spacing'
  | 'reviews_per_hour'
  | 'actions_minutes'
  | `budget:${string}`

/** What one limit allows by itself. */
export type WidthFigure = {
  readonly limit: WidthLimitName
  /** How many tasks at once; null: any number. */
  readonly slots: number | null
  /** How many tasks in all; null: any number. */
  readonly tasks: number | null
  /** The shortest time it leaves the run, in ms; null: it takes none. Infinite: it never ends. */
  readonly leastMs: number | null
  /** The work alone may take so long without being what the run waits for; null: no matter. */
  readonly paceMs: number | null
  /** One line: how the figure came about. */
  readonly reason: string
}

/** All that the figures are worked out from. */
type Measured = {
  readonly limits: WidthLimits
  readonly work: WidthWork
  readonly shape: WorkShape
  readonly costs: WriteCosts
  /** From now until the first task can begin, and from the end of the last one. */
  readonly leadMs: number
  readonly tailMs: number
}

export function measureLimits(
  limits: WidthLimits,
  work: WidthWork,
  shape: WorkShape,
): { readonly figures: readonly WidthFigure[]; readonly aroundMs: number } {
  const costs = writeCosts(work.writes)
  const firstWrites = (work.parents + costs.setUp.writes) * limits.writeSpacingMs
  const leadMs = Math.max(firstWrites, creationTime(work.parents + costs.setUp.creations, limits))
  const tailMs = costs.deliver.writes * limits.writeSpacingMs
  const all: Measured = { limits, work, shape, costs, leadMs, tailMs }
  const figures = [...placesOf(all), ...writesOf(all), ...ratesOf(all), ...amountsOf(all)]
  return { figures, aroundMs: leadMs + tailMs }
}

const noTime = { tasks: null, leastMs: null, paceMs: null } as const

const atOnce = (limit: WidthLimitName, slots: number | null, reason: string): WidthFigure[] =>
  slots === null ? [] : [{ limit, slots: whole(slots), ...noTime, reason }]

/** Rounding must not take away a slot that only floating point lost. */
const whole = (count: number) => Math.max(0, Math.floor(count + 1e-9))

function placesOf({ limits, shape }: Measured): WidthFigure[] {
  const { slots, runners, copilotSessions, openPulls } = limits
  const places = sumOf(limits.lanes.map((lane) => lane.places))
  const names = limits.lanes.map(({ name }) => name).join(', ')
  return [
    ...atOnce(
      'graph',
      shape.widest,
      `of ${shape.tasks} tasks, ${shape.widest} can run side by side`,
    ),
    ...atOnce('slots', slots, `the run may have ${showCount(slots)} slots`),
    ...atOnce('runners', runners, `${showCount(runners)} jobs may run at once`),
    ...atOnce('lane_places', places, `${names}: ${showCount(places)} places`),
    ...atOnce(
      'copilot_sessions',
      copilotSessions,
      `Copilot may have ${showCount(copilotSessions)} sessions`,
    ),
    ...atOnce('open_pulls', openPulls, `${showCount(openPulls)} more pull requests may be open`),
  ]
}

type Times = { readonly leastMs: number; readonly paceMs: number }

const takes = (limit: WidthLimitName, times: Times, reason: string): WidthFigure => ({
  ...{ limit, slots: null, tasks: null },
  ...times,
  reason: `${reason}: ${showTime(times.leastMs)}`,
})

function writesOf(all: Measured): WidthFigure[] {
  const { limits, work, shape, costs, tailMs } = all
  const { creationsPerMinute: minute, creationsPerHour: hour, writeSpacingMs: spacing } = limits
  const created = work.parents + shape.tasks * costs.setUp.creations
  const creations = created + shape.tasks * costs.deliver.creations
  const lastMs = shape.lastMs + tailMs
  // A change that is delivered late needs all its writes, not only those that create.
  const { creations: delivered, writes: deliveries } = costs.deliver
  const writesEach = delivered > 0 ? deliveries / delivered : 1
  // The last worker cannot begin before its issue exists, nor deliver before it has worked.
  // Windows let much through at once and then nothing: fewer slots would miss what they let through.
  const times = (waitedMs: number, leastMs: number): Times => ({
    leastMs: Math.max(leastMs, waitedMs > 0 ? waitedMs + lastMs : 0),
    paceMs: 0,
  })
  const needs = `${creations} creations`
  return [
    ...(minute === null
      ? []
      : [
          takes(
            'creations_per_minute',
            times(windowTime(created, minute, 60_000), windowTime(creations, minute, 60_000)),
            `${needs} at ${minute.limit} a minute, ${minute.left} left now`,
          ),
        ]),
    ...(hour === null
      ? []
      : [
          takes(
            'creations_per_hour',
            times(creationTime(created, limits), creationTime(creations, limits, writesEach)),
            `${needs} at ${hour.limit} an hour, ${hour.left} left now`,
          ),
        ]),
    ...(spacing <= 0 ? [] : [spacingOf(all, spacing)]),
  ]
}

/** One write after the other: for setting up, for delivering, and for both. */
function spacingOf({ work, shape, costs, leadMs, tailMs }: Measured, spacing: number): WidthFigure {
  const setUp = shape.tasks * costs.setUp.writes * spacing
  const delivering = shape.tasks * costs.deliver.writes * spacing
  const parents = work.parents * spacing
  const leastMs = Math.max(
    parents + setUp + delivering,
    parents + setUp + shape.lastMs + tailMs,
    leadMs + shape.firstMs + delivering,
  )
  const paceMs = Math.max(setUp + delivering, setUp + shape.lastMs, shape.firstMs + delivering)
  const writes = work.parents + (setUp + delivering) / spacing
  const reason = `${Math.round(writes)} writes, ${showTime(spacing)} apart`
  return takes('write_spacing', { leastMs, paceMs }, reason)
}

function ratesOf({ limits, work, shape, leadMs, tailMs }: Measured): WidthFigure[] {
  const aroundMs = leadMs + tailMs
  const rate = (limit: WidthLimitName, perMinute: number | null, perTask: number) => {
    if (perMinute === null || perTask <= 0 || shape.tasks === 0) return []
    const what = limit === 'lane_tokens' ? 'tokens' : 'requests'
    // Little's law: as many as begin while one takes its time; one alone is merely slowed down.
    const slots = perMinute <= 0 ? 0 : Math.max(1, (perMinute * shape.meanMs) / 60_000 / perTask)
    const needed = shape.tasks * perTask
    const paceMs = perMinute <= 0 ? Number.POSITIVE_INFINITY : (needed / perMinute) * 60_000
    const reason = `${needed} ${what} at ${perMinute} a minute`
    const times = { leastMs: aroundMs + paceMs, paceMs }
    return [{ ...takes(limit, times, reason), slots: whole(slots) }]
  }
  const { reviewsPerHour, lanes } = limits
  const reviewMs = shape.firstMs + (shape.tasks / Math.max(0, reviewsPerHour ?? 0)) * 3_600_000
  return [
    ...rate('lane_requests', sumOf(lanes.map((one) => one.requestsPerMinute)), work.callsPerTask),
    ...rate('lane_tokens', sumOf(lanes.map((one) => one.tokensPerMinute)), work.tokensPerTask),
    ...(reviewsPerHour === null || shape.tasks === 0
      ? []
      : [
          takes(
            'reviews_per_hour',
            { leastMs: aroundMs + reviewMs, paceMs: reviewMs },
            `${shape.tasks} pull requests, ${reviewsPerHour} reviewed an hour`,
          ),
        ]),
  ]
}

function amountsOf({ limits, work, shape }: Measured): WidthFigure[] {
  const { actionsMinutesLeft, budgets } = limits
  const pays = (limit: WidthLimitName, left: number, perTask: number): WidthFigure[] => {
    if (perTask <= 0) return []
    const tasks = whole(left / perTask)
    const unit = limit === 'actions_minutes' ? 'minutes of Actions' : limit.slice('budget:'.length)
    const reason = `${left} ${unit} left, ${perTask} a task: enough for ${tasks} of ${shape.tasks} tasks`
    return [{ ...noTime, limit, slots: null, tasks, reason }]
  }
  return [
    ...(actionsMinutesLeft === null
      ? []
      : pays('actions_minutes', actionsMinutesLeft, work.runnerMinutesPerTask)),
    ...budgets.flatMap(({ unit, left, perTask }) => pays(`budget:${unit}`, left, perTask)),
  ]
}

/** Null when there are none, or one of them has no limit. */
function sumOf(rooms: readonly (number | null)[]): number | null {
  if (rooms.length === 0) return null
  return rooms.reduce((sum, room) => (sum === null || room === null ? null : sum + room))
}
