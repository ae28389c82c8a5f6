import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ended, engineHost, HeldAgent, newAgent, runOf, tasksOf, until } from './engine-host.ts'

const host = await engineHost()

test('every task that is not running says why, and the run what holds back most of them', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const engine = host.engine()
  const lanes = [{ name: agent, capacity: 1 }]
  const inLane = { lanes: [agent] }
  const tasks = { a: inLane, b: inLane, c: inLane, d: ['a', 'b'], free: [] }
  const { id } = await engine.submit(runOf({ agent, slots: 3, lanes, tasks }))
  const reasons = async () =>
    Object.values(await tasksOf(engine, id)).map((task) => task.wait?.reason ?? task.state)
  assert.deepEqual(await reasons(), ['worker', 'worker', 'worker', 'dependency', 'worker'])
  assert.match((await engine.run(id)).limit?.subject ?? '', /no worker that performs .* is alive/)
  await host.worker({ agents: [agent], slots: 3, perform: held.perform })
  await until('two run', () => held.keys.length === 2)
  assert.deepEqual(await reasons(), ['running', 'lane', 'lane', 'dependency', 'running'])
  const { d } = await tasksOf(engine, id)
  assert.equal(d?.wait?.subject, 'a, b')
  const { limit } = await engine.run(id)
  assert.deepEqual(limit, { reason: 'lane', subject: `${agent} (1 at once)`, tasks: 2 })
  await held.end('free')
  for (const key of ['a', 'b', 'c', 'd']) await held.end(key)
  const run = await ended(engine, id)
  assert.deepEqual([run.state, run.limit], ['succeeded', null])
  assert.ok(Object.values(await tasksOf(engine, id)).every((task) => task.wait === null))
})

test('slots, then dependencies, hold a run back', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform })
  const { id } = await engine.submit(
    runOf({ agent, slots: 1, tasks: { a: [], b: [], c: ['a', 'b'] } }),
  )
  await held.hasBegun('a')
  assert.deepEqual((await engine.run(id)).limit, {
    reason: 'slots',
    subject: '1 slots of the run',
    tasks: 1,
  })
  await held.end('a')
  await held.hasBegun('b')
  assert.equal((await engine.run(id)).limit?.reason, 'dependency')
  await held.end('b')
  await held.hasBegun('c')
  assert.equal((await engine.run(id)).limit, null)
  await held.end('c')
  await ended(engine, id)
})

test('a worker whose places are all taken is one to wait for', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], slots: 1, perform: held.perform })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [], b: [] } }))
  await held.hasBegun('a')
  const { b } = await tasksOf(engine, id)
  assert.equal(b?.wait?.subject, `a free worker that performs ${agent}`)
  assert.equal((await engine.run(id)).limit?.reason, 'worker')
  await held.end('a')
  await held.end('b')
  await ended(engine, id)
})

for (const reason of ['budget', 'breaker'] as const) {
  test(`a lane shut for its ${reason} is told as that`, async () => {
    const agent = newAgent()
    const held = new HeldAgent()
    const { engine } = await host.worker({ agents: [agent], perform: held.perform })
    const lanes = [{ name: agent, capacity: 1 }]
    await engine.lanes.set(lanes)
    await engine.lanes.shut(agent, reason, 3_600_000)
    const { id } = await engine.submit(runOf({ agent, lanes, tasks: { a: { lanes: [agent] } } }))
    const { a } = await tasksOf(engine, id)
    assert.deepEqual([a?.wait?.reason, a?.wait?.subject], [reason, agent])
    assert.notEqual(a?.wait?.frees, null)
    assert.equal((await engine.run(id)).limit?.reason, reason)
    assert.equal((await engine.cancel(id)).state, 'cancelled')
    assert.deepEqual(held.begun, [])
  })
}
