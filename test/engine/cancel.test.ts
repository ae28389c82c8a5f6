import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../../src/shared/index.ts'
import {
  ended,
  engineHost,
  HeldAgent,
  leftovers,
  newAgent,
  nothingLeft,
  reaches,
  runOf,
  statesOf,
  succeed,
  success,
  tasksOf,
  until,
} from './engine-host.ts'

const host = await engineHost()

test('a run cancelled before it began ends at once', async () => {
  const agent = newAgent()
  const engine = host.engine()
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [], b: ['a'] } }))
  const run = await engine.cancel(id)
  assert.deepEqual([run.state, run.counts.cancelled], ['cancelled', 2])
  assert.notEqual(run.finishedAt, null)
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
  const again = await engine.cancel(id)
  assert.deepEqual([again.state, again.seq], ['cancelled', run.seq], 'twice changes nothing')
})

test('running tasks are told to stop, in whichever process, and give back their places', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  await host.worker({ agents: [agent], perform: held.perform })
  const engine = host.engine()
  const lanes = [{ name: agent, capacity: 1 }]
  const tasks = { a: { lanes: [agent] }, b: ['a'], c: { lanes: [agent] } }
  const { id } = await engine.submit(runOf({ agent, lanes, tasks }))
  await held.hasBegun('a')
  const run = await engine.cancel(id)
  assert.equal(run.cancelRequested, true)
  assert.deepEqual([run.counts.cancelled >= 2, run.counts.succeeded], [true, 0])
  await engine.cancel(id)
  const over = await ended(engine, id)
  assert.equal(over.state, 'cancelled')
  assert.ok(over.sequentialTimeMs > 0)
  assert.deepEqual([over.speedUp, over.parallelEfficiency], [null, null], 'nothing came of it')
  assert.deepEqual(held.aborted, ['a'])
  assert.deepEqual(await statesOf(engine, id), { a: 'cancelled', b: 'cancelled', c: 'cancelled' })
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
})

test('work that is done before it hears of the cancel counts; its dependants stay cancelled', async () => {
  const agent = newAgent()
  const asked = Promise.withResolvers<void>()
  const { engine } = await host.worker({
    agents: [agent],
    perform: async (_, { signal }) => {
      signal.addEventListener('abort', () => asked.resolve())
      await asked.promise
      return success({ done: true })
    },
  })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [], b: ['a'] } }))
  await reaches(engine, id, ['a', 'running'])
  await engine.cancel(id)
  assert.equal((await ended(engine, id)).state, 'cancelled')
  assert.deepEqual(await statesOf(engine, id), { a: 'succeeded', b: 'cancelled' })
})

test('cancelling what has ended changes nothing', async () => {
  const agent = newAgent()
  const { engine } = await host.worker({ agents: [agent], perform: succeed })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [] } }))
  const before = await ended(engine, id)
  const after = await engine.cancel(id)
  assert.deepEqual(after, before)
  await assert.rejects(engine.cancel('no-such-run'), { code: 'not_found' })
})

test('a parked task and one in back-off are cancelled at once', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform })
  const lanes = [{ name: agent, capacity: 2 }]
  const tasks = {
    parked: { lanes: [agent] },
    backingOff: { lanes: [agent], maxRetries: 1 },
    next: ['parked'],
  }
  const { id } = await engine.submit(runOf({ agent, lanes, tasks }))
  const outside = { kind: 'parked', reason: 'outside', deadlineMs: 3_600_000 } as const
  await held.end('parked', outside)
  await held.end('backingOff', new AppError('model_failed', 'down', { retryAfterMs: 3_600_000 }))
  const { id: key } = await reaches(engine, id, ['parked', 'parked'])
  await reaches(engine, id, ['backingOff', 'waiting'])
  const run = await engine.cancel(id)
  assert.equal(run.state, 'cancelled')
  assert.equal(key, 'parked')
  assert.ok(Object.values(await statesOf(engine, id)).every((state) => state === 'cancelled'))
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
  const task = held.begun.find((one) => one.key === 'parked')?.task ?? 0
  assert.equal(await engine.resumeParked({ task, attempt: 1 }, { output: {} }), false)
})

test('the events of a cancel replay to the final states, without a gap', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform })
  const { id } = await engine.submit(runOf({ agent, slots: 1, tasks: { a: [], b: [], c: ['a'] } }))
  await held.hasBegun('a')
  await engine.cancel(id)
  await ended(engine, id)
  const replay: Record<string, string> = {}
  let seq = 0
  for await (const event of engine.events(id, 0, AbortSignal.timeout(30_000))) {
    seq += 1
    assert.equal(event.seq, seq)
    for (const change of event.changes) replay[change.task] = change.state
  }
  assert.deepEqual(replay, await statesOf(engine, id))
})

test('an agent that ignores the cancel is left behind after the grace', async () => {
  const agent = newAgent()
  const { engine } = await host.worker({
    agents: [agent],
    perform: () => new Promise(() => undefined),
  })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [] } }))
  await reaches(engine, id, ['a', 'running'])
  await engine.cancel(id)
  assert.equal((await ended(engine, id)).state, 'cancelled')
  assert.equal((await tasksOf(engine, id)).a?.error?.code, 'cancelled')
})

test('what a cancelled run held goes to others', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform })
  const lanes = [{ name: agent, capacity: 1 }]
  const first = await engine.submit(runOf({ agent, lanes, tasks: { a: { lanes: [agent] } } }))
  await held.hasBegun('a')
  const second = await engine.submit(runOf({ agent, lanes, tasks: { b: { lanes: [agent] } } }))
  await engine.cancel(first.id)
  await held.end('b')
  assert.equal((await ended(engine, second.id)).state, 'succeeded')
  await until('both have ended', async () => (await engine.run(first.id)).finishedAt !== null)
})
