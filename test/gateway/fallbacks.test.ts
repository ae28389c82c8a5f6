import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { AppError } from '../../src/shared/index.ts'
import { laneOf, modelsCalled, openStage } from './gateway-stage.ts'

const three = { one: {}, two: {}, three: {} }

test('models are tried in their order until one answers, and each call is on record', async (t) => {
  const { provider, ask } = await openStage(t, three)
  provider.failNext('server-error', 'reset')
  const { reply, calls, kept } = await ask()
  assert.deepEqual([reply?.model, reply?.fallback], ['three', true])
  assert.deepEqual(modelsCalled(provider), ['one', 'two', 'three'])
  assert.deepEqual(
    calls.map(({ model, outcome, errorCode, fallback }) => [model, outcome, errorCode, fallback]),
    [
      ['one', 'failed', 'model_failed', false],
      ['two', 'failed', 'model_failed', true],
      ['three', 'succeeded', null, true],
    ],
  )
  assert.deepEqual(
    calls.map(({ id }) => id),
    provider.calls().map(({ eventId }) => eventId),
  )
  const audited = kept.flatMap((one) => (one.kind === 'audit' ? [one.record.details] : []))
  assert.deepEqual(
    audited.map((details) => details?.EventId),
    calls.map(({ id }) => id),
  )
})

test('when all fail, the failure that may pass is told before those that never will', async (t) => {
  const { provider, ask } = await openStage(t, three)
  provider.failNext('server-error', 'gone', 'gone')
  await assert.rejects(ask(), { code: 'model_failed', isRetryable: true })
  assert.deepEqual(modelsCalled(provider), ['one', 'two', 'three'])
})

test('a lane that is shut is passed over without a call; with all shut it is not now', async (t) => {
  const { provider, engine, ask } = await openStage(t, three)
  await engine.lanes.shut('model:one', 'rate', 60_000)
  await engine.lanes.refresh()
  const { reply } = await ask()
  assert.deepEqual([reply?.model, reply?.fallback], ['two', true])
  await engine.lanes.shut('model:two', 'breaker', 60_000)
  await engine.lanes.shut('model:three', 'rate', 60_000)
  await engine.lanes.refresh()
  assert.deepEqual(await ask(), { reply: null, kept: [], calls: [] })
  assert.deepEqual(modelsCalled(provider), ['two'])
})

test('what a lane may take in a minute is asked before the call, and then the lane rests', async (t) => {
  const { provider, engine, ask } = await openStage(t, { one: { requestsPerMinute: 1 }, two: {} })
  const answers = [await ask(), await ask(), await ask()]
  assert.deepEqual(
    answers.map(({ reply }) => reply?.model),
    ['one', 'two', 'two'],
  )
  assert.deepEqual(modelsCalled(provider), ['one', 'two', 'two'])
  assert.equal((await laneOf(engine, 'one')).shut?.reason, 'rate')
})

test('who is asked to slow down rests as long as it was told, and loses no try for it', async (t) => {
  const { provider, engine, ask } = await openStage(t, { one: {} })
  provider.failNext('rate-limited')
  const { reply, calls } = await ask()
  assert.equal(reply, null)
  assert.deepEqual(
    calls.map(({ errorCode }) => errorCode),
    ['model_rate_limited'],
  )
  const { shut } = await laneOf(engine, 'one')
  assert.equal(shut?.reason, 'rate')
  assert.ok(shut.forMs > 50_000 && shut.forMs <= 60_000, `${shut.forMs} ms`)
})

test('an answer that does not fit is repaired once; then another model is asked', async (t) => {
  const schema = z.object({ result: z.string() })
  const { provider, ask } = await openStage(t, { one: {}, two: {} })
  provider.failNext('unfit')
  const repaired = await ask({ schema })
  assert.ok(schema.safeParse(repaired.reply?.object).success)
  assert.deepEqual([repaired.reply?.model, repaired.reply?.repaired], ['one', true])
  assert.deepEqual(modelsCalled(provider), ['one', 'one'])
  assert.equal(new Set(provider.calls().map(({ eventId }) => eventId)).size, 1)
  provider.failNext('unfit', 'unfit')
  const { reply, calls } = await ask({ schema })
  assert.deepEqual([reply?.model, reply?.repaired], ['two', false])
  assert.deepEqual(modelsCalled(provider).slice(2), ['one', 'one', 'two'])
  assert.equal(calls[0]?.errorCode, 'model_output_invalid')
  const [first = 0, second = 0] = calls.map(({ inputTokens }) => inputTokens)
  assert.ok(first > second, 'both its calls count')
})

test('a task that is stopped during its call leaves the call on record', async (t) => {
  const { provider, ask } = await openStage(
    t,
    { one: { requestsPerMinute: 100 }, two: {} },
    { latencyMs: 60_000 },
  )
  const stop = new AbortController()
  const asked = ask({ signal: stop.signal })
  while (provider.calls().length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  const reason = new AppError('cancelled', 'the test stops it')
  stop.abort(reason)
  await assert.rejects(asked, (error: AppError & { kept?: { kind: string }[] }) => {
    assert.equal(error, reason)
    assert.deepEqual(
      error.kept?.map(({ kind }) => kind),
      ['settlement', 'call', 'audit'],
    )
    return true
  })
  assert.deepEqual(modelsCalled(provider), ['one'])
})
