import assert from 'node:assert/strict'
import { test } from 'node:test'
import { laneStatuses } from '../../src/workflows/index.ts'
import { type Answered, laneOf, modelsCalled, openStage, type Process } from './gateway-stage.ts'

const count = (models: readonly string[], name: string): number =>
  models.filter((model) => model === name).length

const repliesOf = (answers: readonly Answered[]) => answers.map(({ reply }) => reply?.model)

const askOften = ({ ask }: Process, times: number): Promise<readonly Answered[]> =>
  Promise.all(Array.from({ length: times }, () => ask()))

test('a model that refused for good is not called again, until one looks and brings it back', async (t) => {
  const stage = await openStage(t, { one: {}, two: {} })
  const { provider, engine, ask, pool } = stage
  provider.failNext('gone')
  assert.equal((await ask()).reply?.model, 'two')
  assert.equal((await laneOf(engine, 'one')).dead?.code, 'model_gone')
  assert.deepEqual(repliesOf(await askOften(stage, 10)), Array(10).fill('two'))
  assert.equal(count(modelsCalled(provider), 'one'), 1)
  const pass = `update maniple.lanes set dead_until = clock_timestamp() - interval '1 s'`
  await pool.query(pass)
  await engine.lanes.refresh()
  // Still retired: one looks, and it is another five minutes.
  provider.failNext('gone')
  const again = [await ask(), ...(await askOften(stage, 10))]
  assert.deepEqual(repliesOf(again), Array(11).fill('two'))
  assert.equal(count(modelsCalled(provider), 'one'), 2)
  assert.ok(((await laneOf(engine, 'one')).dead?.forMs ?? 0) > 200_000)
  await pool.query(pass)
  await engine.lanes.refresh()
  const looked = repliesOf(await askOften(stage, 10))
  assert.ok(looked.includes('one'), 'one looks')
  assert.equal((await laneOf(engine, 'one')).dead, null)
  assert.deepEqual(repliesOf(await askOften(stage, 10)), Array(10).fill('one'))
})

test('a process that begins later looks at once, and all its tasks heed what it finds', async (t) => {
  const stage = await openStage(t, { one: {} })
  const { provider, ask, pool } = stage
  // The time that passes until somebody starts another process.
  const laterOn = async () =>
    await pool.query(`update maniple.lanes set dead_until = dead_until - interval '10 s'`)
  provider.failNext('gone')
  await assert.rejects(ask(), { code: 'model_gone' })
  await laterOn()
  // The configuration was not mended.
  provider.failNext('gone')
  const second = await stage.process()
  const refused = Array.from({ length: 10 }, () =>
    assert.rejects(second.ask(), { code: 'model_gone', isRetryable: false }),
  )
  await Promise.all(refused)
  assert.equal(provider.calls().length, 2)
  await laterOn()
  // This time it was.
  const third = await stage.process()
  assert.deepEqual(repliesOf(await askOften(third, 10)), Array(10).fill('one'))
  assert.equal(provider.calls().length, 12)
  assert.equal((await laneOf(third.engine, 'one')).dead, null)
  await second.engine.lanes.refresh()
  assert.equal((await second.ask()).reply?.model, 'one')
})

test('a task waits for a fallback that is only limited rather than fail for a dead model', async (t) => {
  const { provider, engine, ask } = await openStage(t, { one: {}, two: {} })
  await engine.lanes.shut('model:two', 'rate', 300)
  await engine.lanes.refresh()
  provider.failNext('gone')
  const { reply } = await ask()
  assert.deepEqual([reply?.model, reply?.fallback], ['two', true])
  assert.deepEqual(modelsCalled(provider), ['one', 'two'])
  // One that holds no place has none to wait with.
  await engine.lanes.shut('model:two', 'rate', 60_000)
  await engine.lanes.refresh()
  await assert.rejects(ask({ choice: null }), { code: 'model_gone' })
})

test('a request that the provider finds bad condemns neither the model nor its lane', async (t) => {
  const { provider, engine, ask } = await openStage(t, { one: {} })
  provider.failNext(...Array.from({ length: 20 }, () => 'filtered' as const))
  for (let n = 0; n < 20; n += 1) await assert.rejects(ask(), { isRetryable: false })
  const { dead, shut, halfOpen } = await laneOf(engine, 'one')
  assert.deepEqual([dead, shut, halfOpen], [null, null, false])
  assert.equal((await ask()).reply?.model, 'one')
})

test('a fallback says why the first choice did not answer, and a refusal is warned of once', async (t) => {
  const stage = await openStage(t, { one: {}, two: {} })
  const { provider, engine, ask, warnings } = stage
  provider.failNext('gone')
  const reasons = [await ask(), ...(await askOften(stage, 3))].map(
    ({ reply }) => reply?.fallbackReason,
  )
  assert.deepEqual(reasons, Array(4).fill({ from: 'one', code: 'model_gone' }))
  assert.deepEqual(
    warnings.map(({ model, lane, code, correct }) => ({ model, lane, code, correct })),
    [{ model: 'one', lane: 'model:one', code: 'model_gone', correct: 'models.one' }],
  )
  const [one, two] = await laneStatuses({ fleet: stage.fleet, engine })
  assert.deepEqual([one?.breaker, one?.dead?.code], ['open', 'model_gone'])
  assert.equal(two?.dead, undefined)
  await engine.lanes.revive('model:one')
  await engine.lanes.shut('model:one', 'rate', 60_000)
  await engine.lanes.refresh()
  assert.equal((await ask({ choice: 'two' })).reply?.fallbackReason?.code, 'rate')
  const { reply } = await ask({ order: ['two'] })
  assert.deepEqual([reply?.fallback, reply?.fallbackReason], [false, undefined])
})

test('a model that only another process has is passed over and fails nothing', async (t) => {
  const { ask, provider } = await openStage(t, { one: {} })
  for (const choice of ['elsewhere', 'one', null]) {
    const { reply } = await ask({ order: ['elsewhere', 'one'], choice })
    assert.equal(reply?.model, 'one')
    assert.deepEqual(reply?.fallbackReason, { from: 'elsewhere', code: 'not_configured' })
  }
  // It goes back uncounted.
  assert.equal((await ask({ order: ['elsewhere'] })).reply, null)
  assert.equal(provider.calls().length, 3)
})
