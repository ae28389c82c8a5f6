import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decideLimit, type LimitFacts } from './decide-limit.ts'

const nothing: LimitFacts = {
  slots: 10,
  held: 0,
  parked: 0,
  approvals: 0,
  backingOff: 0,
  waiting: 0,
  groups: [],
}
const group: LimitFacts['groups'][number] = {
  agent: 'model',
  ready: 0,
  workers: 1,
  performers: 1,
  choices: null,
  lane: null,
  capacity: null,
  held: null,
  shut: null,
}
const limitOf = (facts: Partial<LimitFacts>) => decideLimit({ ...nothing, ...facts })

test('a run whose tasks all run is held back by nothing', () => {
  assert.equal(limitOf({ held: 10 }), null)
})

test('the run’s slots come before its lanes, and a shut lane before a full one', () => {
  const ready = { ...group, ready: 4, lane: 'gpu', capacity: 2, held: 2 }
  assert.deepEqual(limitOf({ held: 10, groups: [ready] }), {
    reason: 'slots',
    subject: '10 slots of the run',
    tasks: 4,
  })
  const shut = { ...ready, shut: 'rate' as const }
  assert.deepEqual(limitOf({ groups: [shut] }), { reason: 'rate', subject: 'gpu', tasks: 4 })
  assert.deepEqual(limitOf({ groups: [ready] }), {
    reason: 'lane',
    subject: 'gpu (2 at once)',
    tasks: 4,
  })
})

test('tasks with room for them wait for a worker, and it says when none is alive', () => {
  const limit = limitOf({ groups: [{ ...group, ready: 1, lane: 'gpu', capacity: 2, held: 1 }] })
  assert.equal(limit?.reason, 'worker')
  assert.match(limit?.subject ?? '', /free worker that performs model/)
  const dead = limitOf({ groups: [{ ...group, ready: 2, workers: 0, performers: 0 }] })
  assert.match(dead?.subject ?? '', /no worker that performs model is alive/)
  assert.equal(dead?.tasks, 2)
  const lacking = { ...group, ready: 2, workers: 0, choices: ['a', 'b', 'c', 'd'] }
  assert.match(
    limitOf({ groups: [lacking] })?.subject ?? '',
    /^a worker that has the model "a" or "b" or "c" or one of 1 more/,
  )
})

test('the limit that holds back most is named, groups with the same one taken together', () => {
  const a = { ...group, ready: 3, lane: 'a', capacity: 1, held: 1 }
  const b = { ...group, ready: 2, lane: 'b', capacity: 1, held: 1 }
  const limit = limitOf({ waiting: 100, groups: [a, b, { ...b, agent: 'other' }] })
  assert.deepEqual(limit, { reason: 'lane', subject: 'b (1 at once)', tasks: 4 })
})

test('with nothing to perform, what is waited for is named', () => {
  assert.equal(limitOf({ parked: 2, held: 2, waiting: 5 })?.reason, 'outside')
  assert.equal(limitOf({ parked: 2, approvals: 2, waiting: 5 })?.reason, 'approval')
  assert.deepEqual(limitOf({ backingOff: 3, waiting: 5 }), {
    reason: 'retry',
    subject: 'the next try',
    tasks: 3,
  })
  assert.equal(limitOf({ waiting: 5, held: 1 })?.reason, 'dependency')
})
