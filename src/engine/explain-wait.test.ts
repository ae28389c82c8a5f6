import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainWait, type WaitFacts } from './explain-wait.ts'

const now = new Date('2026-01-01T12:00:00Z')
const since = new Date('2026-01-01T11:59:00Z')
const later = new Date('2026-01-01T12:05:00Z')
const lane = { id: 'gpu', capacity: 2, held: 1, shutUntil: null, shutReason: null }
const facts: WaitFacts = {
  state: 'ready',
  since,
  dueAt: null,
  parkReason: null,
  unfinished: [],
  agent: 'model',
  workers: 1,
  performers: 1,
  choices: null,
  runHeld: 0,
  runSlots: 5,
  lanes: [lane],
}
const waitOf = (changed: Partial<WaitFacts>) => explainWait({ ...facts, ...changed }, now)

test('a task that runs or has ended waits for nothing', () => {
  for (const state of ['running', 'succeeded', 'failed', 'skipped', 'cancelled']) {
    assert.equal(waitOf({ state }), null)
  }
})

test('a waiting task names its dependencies, five at most, or its next try', () => {
  assert.deepEqual(waitOf({ state: 'waiting', unfinished: ['a', 'b'] }), {
    reason: 'dependency',
    subject: 'a, b',
    since: since.toISOString(),
    frees: null,
  })
  const many = waitOf({ state: 'waiting', unfinished: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] })
  assert.equal(many?.subject, 'a, b, c, d, e and 2 more')
  const retry = waitOf({ state: 'waiting', dueAt: later })
  assert.deepEqual([retry?.reason, retry?.frees], ['retry', later.toISOString()])
})

test('a ready task: slots, then a shut lane, then a full one, then a worker', () => {
  const full = { ...lane, held: 2 }
  const shut = { ...full, shutUntil: later.toISOString(), shutReason: 'rate' as const }
  assert.equal(waitOf({ runHeld: 5, lanes: [shut] })?.reason, 'slots')
  const rate = waitOf({ lanes: [full, shut] })
  assert.deepEqual([rate?.reason, rate?.subject, rate?.frees], ['rate', 'gpu', later.toISOString()])
  assert.equal(waitOf({ lanes: [lane, full] })?.subject, 'gpu (2 at once)')
  assert.equal(
    waitOf({ lanes: [{ ...shut, held: 0, shutUntil: since.toISOString() }] })?.reason,
    'worker',
  )
  assert.match(
    waitOf({ workers: 0, performers: 0 })?.subject ?? '',
    /no worker that performs model is alive/,
  )
  const lacking = waitOf({ workers: 0, choices: ['bad'] })
  assert.deepEqual(
    [lacking?.reason, lacking?.subject],
    ['worker', 'a worker that has the model "bad": no process that is alive has it configured'],
  )
})

test('a parked task waits for a person or for work outside, until its deadline', () => {
  const approval = waitOf({ state: 'parked', parkReason: 'approval', dueAt: later })
  assert.deepEqual([approval?.reason, approval?.frees], ['approval', later.toISOString()])
  assert.equal(waitOf({ state: 'parked', parkReason: 'outside' })?.reason, 'outside')
})
