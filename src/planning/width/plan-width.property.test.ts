import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findWidth } from './find-width.ts'
import { liftLimit } from './lift-limit.ts'
import type { WidthLimitName } from './measure-limits.ts'
import { planWidth } from './plan-width.ts'
import type { CreationWindow, WidthLimits, WidthWork } from './width-facts.ts'

const count = fc.integer({ min: 0, max: 300 })
const perhaps = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
const windowOf = (limit: number, span: number): fc.Arbitrary<CreationWindow> =>
  fc.record({
    limit: fc.integer({ min: 1, max: limit }),
    left: fc.integer({ min: 0, max: limit }),
    resetsInMs: fc.integer({ min: 0, max: span }),
  })
const limits: fc.Arbitrary<WidthLimits> = fc.record({
  slots: perhaps(count),
  creationsPerMinute: perhaps(windowOf(100, 60_000)),
  creationsPerHour: perhaps(windowOf(600, 3_600_000)),
  writeSpacingMs: fc.constantFrom(0, 500, 1000, 3000),
  runners: perhaps(count),
  actionsMinutesLeft: perhaps(fc.integer({ min: 0, max: 3000 })),
  lanes: fc.array(
    fc.record({
      name: fc.constantFrom('a', 'b'),
      places: perhaps(count),
      requestsPerMinute: perhaps(count),
      tokensPerMinute: perhaps(fc.integer({ min: 0, max: 1_000_000 })),
    }),
    { maxLength: 2 },
  ),
  copilotSessions: perhaps(count),
  budgets: fc.array(
    fc.record({
      unit: fc.constantFrom('usd', 'tokens'),
      left: fc.integer({ min: 0, max: 500 }),
      perTask: fc.constantFrom(0, 0.25, 1),
    }),
    { maxLength: 2 },
  ),
  reviewsPerHour: perhaps(count),
  openPulls: perhaps(count),
})
const few = fc.integer({ min: 0, max: 3 })
const work: fc.Arbitrary<WidthWork> = fc.record({
  layers: fc.array(
    fc.record({
      tasks: fc.integer({ min: 0, max: 120 }),
      minutes: fc.integer({ min: 1, max: 20 }),
    }),
    { maxLength: 4 },
  ),
  writes: fc.record({
    ...{ issue: few, link: few, dependencies: few, assign: few },
    ...{ labels: few, pull: few, comments: few, merge: few },
  }),
  parents: few,
  callsPerTask: fc.constantFrom(0, 1, 10),
  tokensPerTask: fc.constantFrom(0, 5000),
  runnerMinutesPerTask: few,
})

const never = Number.POSITIVE_INFINITY
const endOf = ({ etaMs }: { readonly etaMs: number | null }) => etaMs ?? never
const isSlower = (one: number, other: number) => one > other * (1 + 1e-9) + 1e-6

test('the plan is above no limit', () => {
  fc.assert(
    fc.property(limits, work, (now, todo) => {
      const { slots, tasks, figures } = planWidth(now, todo)
      assert.ok(Number.isInteger(slots) && slots >= 0)
      for (const figure of figures) {
        assert.ok(slots <= (figure.slots ?? never), figure.limit)
        assert.ok(Math.min(slots, tasks) <= (figure.tasks ?? never), figure.limit)
      }
      const total = todo.layers.reduce((sum, layer) => sum + layer.tasks, 0)
      assert.ok(slots <= Math.min(tasks, ...[now.slots, now.runners].map((one) => one ?? never)))
      assert.ok(tasks <= total)
      for (const { unit, left, perTask } of now.budgets) {
        assert.ok(tasks * perTask <= left + 1e-9, unit)
      }
    }),
  )
})

/** Every way to raise one limit by a bit. */
const raises: readonly ((now: WidthLimits, by: number) => WidthLimits)[] = [
  (now, by) => ({ ...now, slots: up(now.slots, by) }),
  (now, by) => ({ ...now, runners: up(now.runners, by) }),
  (now, by) => ({ ...now, copilotSessions: up(now.copilotSessions, by) }),
  (now, by) => ({ ...now, openPulls: up(now.openPulls, by) }),
  (now, by) => ({ ...now, reviewsPerHour: up(now.reviewsPerHour, by) }),
  (now, by) => ({ ...now, actionsMinutesLeft: up(now.actionsMinutesLeft, by) }),
  (now, by) => ({ ...now, writeSpacingMs: now.writeSpacingMs / (1 + by) }),
  (now, by) => ({ ...now, creationsPerMinute: wider(now.creationsPerMinute, { limit: by }) }),
  (now, by) => ({ ...now, creationsPerMinute: wider(now.creationsPerMinute, { left: by }) }),
  (now, by) => ({ ...now, creationsPerHour: wider(now.creationsPerHour, { limit: by }) }),
  (now, by) => ({ ...now, creationsPerHour: wider(now.creationsPerHour, { left: by }) }),
  (now, by) => ({
    ...now,
    lanes: now.lanes.map((lane, index) =>
      index > 0
        ? lane
        : {
            name: lane.name,
            places: up(lane.places, by),
            requestsPerMinute: up(lane.requestsPerMinute, by),
            tokensPerMinute: up(lane.tokensPerMinute, by * 1000),
          },
    ),
  }),
  (now, by) => ({
    ...now,
    budgets: now.budgets.map((one, index) => (index > 0 ? one : { ...one, left: one.left + by })),
  }),
]
const up = (value: number | null, by: number) => (value === null ? null : value + by)
const wider = (
  window: CreationWindow | null,
  by: { readonly limit?: number; readonly left?: number },
) => {
  if (window === null) return null
  const { limit = 0, left = 0 } = by
  return { ...window, limit: window.limit + limit, left: window.left + left }
}

test('raising a limit never takes slots away and never makes the run longer', () => {
  const raise = fc.record({
    more: fc.constantFrom(...raises),
    by: fc.integer({ min: 1, max: 200 }),
  })
  fc.assert(
    fc.property(limits, work, raise, (now, todo, { more, by }) => {
      const before = planWidth(now, todo)
      const after = planWidth(more(now, by), todo)
      assert.ok(after.slots >= before.slots, `${before.slots} to ${after.slots}`)
      assert.ok(after.tasks >= before.tasks)
      assert.ok(!isSlower(endOf(after), endOf(before)), `${before.etaMs} to ${after.etaMs}`)
    }),
    { numRuns: 400 },
  )
})

test('the limit that is named binds: lifting it helps; of those named together none does alone', () => {
  const isGain = (one: ReturnType<typeof planWidth>, other: ReturnType<typeof planWidth>) =>
    one.tasks > other.tasks || isSlower(endOf(other), endOf(one)) || one.slots > other.slots
  fc.assert(
    fc.property(limits, work, (now, todo) => {
      const plan = planWidth(now, todo)
      const names = [plan.binding.limit, ...plan.binding.with]
      if (plan.binding.limit === 'tasks') {
        const all = new Set(plan.figures.map(({ limit }) => limit))
        assert.deepEqual(findWidth(now, todo, all).slots, plan.slots)
        return
      }
      if (names.includes('graph')) return
      const lift = (some: readonly WidthLimitName[]) => planWidth(some.reduce(liftLimit, now), todo)
      assert.ok(isGain(lift(names), plan), names.join())
      if (names.length === 1) return
      const [goal] = [
        (one: typeof plan) => one.tasks,
        (one: typeof plan) => -endOf(one),
        (one: typeof plan) => one.slots,
      ].filter((of) => of(lift(names)) !== of(plan))
      if (goal === undefined) return
      for (const name of names) {
        const alone = goal(lift([name]))
        assert.ok(alone === goal(plan) || alone - goal(plan) <= 1e-3, name)
      }
    }),
    { numRuns: 300 },
  )
})

test('the graph, when it is named, binds: a single layer would be done sooner or use more slots', () => {
  fc.assert(
    fc.property(limits, work, (now, todo) => {
      const { slots, binding, etaMs } = planWidth(now, todo)
      if (binding.limit !== 'graph' || binding.with.length > 0) return
      const free = findWidth(now, todo, new Set(['graph']))
      assert.ok(free.slots > slots || isSlower(endOf({ etaMs }), free.etaMs))
    }),
  )
})
