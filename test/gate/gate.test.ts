import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { EffectClass } from '../../src/contracts/index.ts'
import { testDatabase } from '../support/test-database.ts'
import { comment, context, Outside, origin, startGate } from './started-gate.ts'

async function open(t: TestContext) {
  const database = await testDatabase()
  t.after(() => database[Symbol.asyncDispose]())
  return { pool: database.pool, outside: new Outside() }
}

test('an effect happens once, however often and by how many it is asked for', async (t) => {
  const { pool, outside } = await open(t)
  const gates = ['one', 'two', 'three'].map((holder) => startGate({ pool, outside, holder }))
  const asked = Array.from({ length: 30 }, (_, n) => gates[n % 3]?.ask(comment('same'), context))
  const outcomes = await Promise.all(asked)
  assert.deepEqual(new Set(outcomes.map((outcome) => outcome?.state)), new Set(['performed']))
  assert.equal(new Set(outcomes.map((outcome) => outcome?.id)).size, 1)
  assert.deepEqual(outside.comments, [{ body: 'same', key: 'same' }])
  const [again] = await Promise.all([gates[0]?.ask(comment('same', 'other words'), context)])
  assert.deepEqual(again, outcomes[0])
})

test('what a broken connection leaves open is looked up, repeated or shown, by its class', async (t) => {
  const { pool } = await open(t)
  const expected: Record<EffectClass, readonly [string, number, number]> = {
    marked: ['performed', 1, 1],
    natural: ['performed', 2, 0],
    once: ['unknown', 1, 0],
  }
  for (const kind of ['marked', 'natural', 'once'] as const) {
    const outside = new Outside()
    const gate = startGate({ pool, outside, class: kind })
    outside.faults.push('lost answer')
    const first = await gate.ask(comment(kind), context)
    assert.equal(first.state, kind === 'once' ? 'unknown' : 'failed')
    const second = await gate.ask(comment(kind), context)
    const { length } = outside.comments
    assert.deepEqual([second.state, length, outside.lookups], expected[kind], kind)
  }
})

test('what certainly did not happen is tried again without looking; a refusal is final', async (t) => {
  const { pool, outside } = await open(t)
  const gate = startGate({ pool, outside })
  outside.faults.push('limited', 'limited')
  for (const state of ['failed', 'failed', 'performed']) {
    assert.equal((await gate.ask(comment('limited'), context)).state, state)
  }
  assert.deepEqual([outside.comments.length, outside.lookups], [1, 0])
  outside.faults.push('refused')
  const refused = await gate.ask(comment('refused'), context)
  assert.ok(refused.state === 'failed' && !refused.error.isRetryable)
  const still = await gate.ask(comment('refused'), context)
  assert.ok(still.state === 'failed' && still.error.code === 'github_refused')
  assert.equal(outside.comments.length, 1)
  // Once a person has mended the cause.
  await gate.decide(refused.id, { by: 'ada', verdict: 'approve', reason: '' })
  assert.equal((await gate.ask(comment('refused'), context)).state, 'performed')
})

test('a process that hangs in a call keeps others away until nobody can be calling any more', async (t) => {
  const { pool, outside } = await open(t)
  const times = { callMs: 400, leaseMs: 900 }
  outside.faults.push('hang')
  const stop = new AbortController()
  const stalled = startGate({ pool, outside, times, holder: 'stalled' })
  const hanging = stalled.ask(comment('slow'), { ...context, signal: stop.signal })
  while (outside.comments.length === 0) await new Promise((go) => setTimeout(go, 5))
  const other = startGate({ pool, outside, times, holder: 'other' })
  const [, taken] = await Promise.all([hanging, other.ask(comment('slow'), context)])
  assert.equal(taken.state, 'performed')
  assert.deepEqual([outside.comments.length, outside.lookups], [1, 1])
})

test('a lost task performs nothing', async (t) => {
  const { pool, outside } = await open(t)
  const gate = startGate({ pool, outside })
  const lost = await gate.ask(comment('lost'), { ...context, stillOurs: async () => false })
  assert.ok(lost.state === 'failed' && lost.error.code === 'worker_lost')
  assert.equal(outside.comments.length, 0)
  assert.equal((await gate.ask(comment('lost'), context)).state, 'performed')
})

test('a cap holds when all ask at once', async (t) => {
  const { pool, outside } = await open(t)
  const gates = ['one', 'two'].map((holder) =>
    startGate({ pool, outside, holder, rule: { verdict: 'allow', perRun: 5 } }),
  )
  const asked = Array.from({ length: 24 }, (_, n) =>
    gates[n % 2]?.ask(comment(`comment ${n}`), context),
  )
  const states = (await Promise.all(asked)).map((outcome) => outcome?.state)
  assert.equal(states.filter((state) => state === 'performed').length, 5)
  assert.equal(states.filter((state) => state === 'denied').length, 19)
  assert.equal(outside.comments.length, 5)
})

test('what a person has to allow waits for a word, and a denied effect never happens', async (t) => {
  const { pool, outside } = await open(t)
  const gate = startGate({ pool, outside, rule: { verdict: 'ask' } })
  const [first, second] = await Promise.all([
    gate.ask(comment('a'), context),
    gate.ask(comment('b'), context),
  ])
  assert.deepEqual([first.state, second.state, outside.comments.length], ['asked', 'asked', 0])
  assert.equal((await gate.list({ state: 'asked', limit: 10 })).length, 2)
  await gate.decide(first.id, { by: 'grace', verdict: 'approve', reason: 'fine' })
  await gate.decide(second.id, { by: 'grace', verdict: 'deny', reason: 'noise' })
  assert.equal((await gate.ask(comment('a'), context)).state, 'performed')
  const denied = await gate.ask(comment('b'), context)
  assert.ok(denied.state === 'denied')
  assert.deepEqual(denied.reasons, [
    "issue.comment needs a person's word.",
    'denied by grace: noise',
  ])
  assert.deepEqual(
    outside.comments.map(({ key }) => key),
    ['a'],
  )
  await assert.rejects(gate.decide(second.id, { by: 'x', verdict: 'approve', reason: '' }), {
    code: 'effect_not_waiting',
  })
  await assert.rejects(gate.get('nothing'), { code: 'not_found' })
  const { rows } = await pool.query<{ event: string; actor: string }>(
    'select event, actor from maniple.audit_entries where segment > 0 order by segment, seq',
  )
  assert.deepEqual(rows.map(({ event, actor }) => `${event} ${actor}`).toSorted(), [
    'Effect_Asked ada',
    'Effect_Asked ada',
    'Effect_Denied grace',
    'Effect_Intended grace',
    'Effect_Performed maniple',
  ])
})

test('a dry run writes down what would happen, and a pause stops every process', async (t) => {
  const { pool, outside } = await open(t)
  const dry = startGate({ pool, outside, isDry: true })
  const told = await dry.ask(comment('dry'), context)
  assert.equal(told.state, 'dry')
  const [one, two] = ['one', 'two'].map((holder) => startGate({ pool, outside, holder }))
  await one?.pause('ada', 'too much at once')
  const stopped = await two?.ask(comment('later'), context)
  assert.ok(stopped?.state === 'failed' && stopped.error.code === 'gate_paused')
  assert.match(stopped.error.message, /ada paused the gate: too much at once/)
  assert.equal(outside.comments.length, 0)
  await two?.resume('ada')
  assert.equal((await one?.ask(comment('later'), context))?.state, 'performed')
})

test('what nothing here can perform fails and says so', async (t) => {
  const { pool, outside } = await open(t)
  const gate = startGate({ pool, outside })
  const about = { repository: 'octo/shop', number: 7 } as const
  const effect = { type: 'issue.close', ...about, reason: 'completed' } as const
  const outcome = await gate.ask({ key: 'close', effect, origin }, context)
  assert.ok(outcome.state === 'failed' && outcome.error.code === 'github_unavailable')
})

test('what is performed is the sanitised text, without secrets', async (t) => {
  const { pool, outside } = await open(t)
  const gate = startGate({ pool, outside })
  const words = 'Thanks @octocat, a-secret-that-nobody-may-see\n/maniple approve 7'
  const outcome = await gate.ask(comment('words', words), context)
  const [made] = outside.comments
  assert.equal(outcome.state, 'performed')
  assert.ok(made !== undefined && !made.body.includes('a-secret') && !/^\/maniple/m.test(made.body))
  assert.ok(!made.body.includes('@octocat'), made.body)
})
