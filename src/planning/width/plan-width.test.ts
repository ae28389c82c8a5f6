import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planWidth } from './plan-width.ts'
import { documentedLimits, type WidthLimits, type WidthWork, writeCosts } from './width-facts.ts'

const open: WidthLimits = {
  ...documentedLimits,
  slots: null,
  runners: null,
  actionsMinutesLeft: null,
  lanes: [],
  copilotSessions: null,
  budgets: [],
  reviewsPerHour: null,
  openPulls: null,
}

/** Three creations a worker (issue, pull request, comment) and six writes. */
const writes = {
  ...{ issue: 1, link: 0, dependencies: 0, assign: 0 },
  ...{ labels: 2, pull: 1, comments: 1, merge: 1 },
}

const workOf = (tasks: number, parents = 0): WidthWork => ({
  layers: [{ tasks, minutes: 5 }],
  ...{ writes, parents, callsPerTask: 10, tokensPerTask: 50_000, runnerMinutesPerTask: 6 },
})

const summary = (limits: Partial<WidthLimits>, work: WidthWork) => {
  const { slots, etaMs, binding, next } = planWidth({ ...open, ...limits }, work)
  return [
    slots,
    etaMs === null ? null : etaMs / 1000,
    binding.limit,
    ...next.map(({ limit }) => limit),
  ]
}

test('what a worker writes counts as content or as a write', () => {
  assert.deepEqual(writeCosts({ ...writes, link: 1, dependencies: 2, assign: 1 }), {
    setUp: { creations: 4, writes: 5 },
    deliver: { creations: 2, writes: 5 },
  })
})

test('24 workers: writes a second apart bind, not the creations', () => {
  // 72 creations are within the 80 of the first minute. The first worker begins after 1 s and ends
  // 5 min later; its delivery and the 23 others take 24 × 5 s: 1 + 300 + 120.
  assert.deepEqual(summary({}, workOf(24)), [24, 421, 'write_spacing'])
})

test('100 workers: half as many slots end as soon', () => {
  // 300 creations. 1 + 300 + 100 × 5 s = 801 s. Within 800 s there is time for two rounds of five
  // minutes: 50 slots. Without the spacing, the minutes: 80 at once, 220 more in three minutes, and
  // the last worker (issue 100 of 80 in the first minute) begins after 60 s: 60 + 300.
  assert.deepEqual(summary({}, workOf(100)), [50, 801, 'write_spacing', 'creations_per_minute'])
})

test('250 workers: the hour binds', () => {
  // 3 parents and 750 creations: 500 now, 253 an hour later. Of these each is one of a change's two
  // creations and five writes: 253 × 2.5 s. Slots by the spacing: 300 + 250 × 5 s is time for five
  // rounds of five minutes.
  const work = workOf(250, 3)
  assert.deepEqual(summary({}, work).slice(0, 4), [
    50,
    3600 + 632.5,
    'creations_per_hour',
    'write_spacing',
  ])
  // Without the hour: 3 parents and the first issue, 4 s; 300 s of work; 250 × 5 s of delivery.
  const { binding } = planWidth(open, work)
  assert.equal(binding.lifted.etaMs, (4 + 300 + 1250) * 1000)
})

test('what is left now counts, and when it comes back', () => {
  const creationsPerHour = { limit: 500, left: 40, resetsInMs: 50 * 60_000 }
  // 72 creations: 40 now, 32 after 50 min, which belong to 16 changes of five writes each.
  assert.deepEqual(summary({ creationsPerHour }, workOf(24)).slice(0, 3), [
    24,
    50 * 60 + 16 * 5,
    'creations_per_hour',
  ])
})

test('places of any kind bind by number', () => {
  const free = { creationsPerMinute: null, creationsPerHour: null, writeSpacingMs: 0 }
  const lane = { name: 'gpt', places: 7, requestsPerMinute: null, tokensPerMinute: null }
  const of = (limits: Partial<WidthLimits>) =>
    summary({ ...free, ...limits }, workOf(100)).slice(0, 3)
  assert.deepEqual(of({}), [100, 300, 'tasks'])
  assert.deepEqual(of({ slots: 10 }), [10, 3000, 'slots'])
  assert.deepEqual(of({ runners: 20 }), [20, 1500, 'runners'])
  assert.deepEqual(of({ lanes: [lane] }), [7, 4500, 'lane_places'])
  assert.deepEqual(of({ copilotSessions: 5 }), [5, 6000, 'copilot_sessions'])
  assert.deepEqual(of({ openPulls: 4 }), [4, 7500, 'open_pulls'])
  // 60 calls a minute: a worker makes 10 in 5 minutes, so 30 are served; in four rounds.
  assert.deepEqual(of({ lanes: [{ ...lane, places: null, requestsPerMinute: 60 }] }), [
    30,
    1200,
    'lane_requests',
  ])
  // 24 tasks in two layers of 12: with 10 slots four rounds; all at once would be three.
  const layers = [1, 2].map(() => ({ tasks: 12, minutes: 5 }))
  const deep = { ...workOf(0), layers }
  assert.deepEqual(summary({ ...free, slots: 10 }, deep).slice(0, 3), [10, 1200, 'slots'])
  assert.deepEqual(summary(free, deep), [12, 600, 'graph'])
  // 10 reviews an hour: the first after 5 min, 100 take 10 h; two at once are enough, 50 × 5 min.
  assert.deepEqual(of({ reviewsPerHour: 10 }), [1, 36_300, 'reviews_per_hour'])
})

test('what cannot be paid for ends nowhere, and says how far it goes', () => {
  const plan = planWidth({ ...open, budgets: [{ unit: 'usd', left: 6, perTask: 0.5 }] }, workOf(24))
  assert.deepEqual([plan.slots, plan.tasks, plan.etaMs], [12, 12, null])
  assert.equal(plan.binding.limit, 'budget:usd')
  assert.equal(plan.binding.reason, '6 usd left, 0.5 a task: enough for 12 of 24 tasks')
  assert.deepEqual(summary({ actionsMinutesLeft: 5 }, workOf(24)).slice(0, 3), [
    0,
    null,
    'actions_minutes',
  ])
})

test('limits that bind alike are named together', () => {
  const limits = { ...open, writeSpacingMs: 0, slots: 10, runners: 10 }
  const { binding } = planWidth(limits, workOf(24))
  assert.deepEqual([binding.limit, ...binding.with], ['slots', 'runners'])
})

test('nothing left to do needs no slot', () => {
  const plan = planWidth(open, { ...workOf(0), layers: [] })
  assert.deepEqual([plan.slots, plan.etaMs, plan.binding.limit], [0, 0, 'tasks'])
})

test('it prints as one line a figure', () => {
  assert.deepEqual(planWidth({ ...open, slots: 50 }, workOf(24)).lines, [
    '24 slots, done in 7 min 1 s',
    'write_spacing binds: 144 writes, 1 s apart: 7 min 1 s',
    'graph: 24 at once; of 24 tasks, 24 can run side by side',
    'slots: 50 at once; the run may have 50 slots',
    'creations_per_minute: 72 creations at 80 a minute, 80 left now: 0 s',
    'creations_per_hour: 72 creations at 500 an hour, 500 left now: 0 s',
    'write_spacing: 144 writes, 1 s apart: 7 min 1 s',
  ])
})
