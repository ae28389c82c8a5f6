import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  counted,
  ended,
  engineHost,
  HeldAgent,
  leftovers,
  manyTasks,
  newAgent,
  nothingLeft,
  pause,
  reaches,
  runOf,
  statesOf,
  success,
  tasksOf,
  until,
} from './engine-host.ts'

const host = await engineHost()

type LaneRow = { readonly id: string; readonly capacity: number; readonly held: number }

async function lanesOf(prefix: string): Promise<LaneRow[]> {
  const { rows } = await host.pool.query<LaneRow>(
    'select id, capacity, held from maniple.lanes where starts_with(id, $1) order by id',
    [prefix],
  )
  return rows
}

test('a lane that two runs and two processes share is never over its capacity', async () => {
  const agent = newAgent()
  const lanes = [{ name: agent, capacity: 4 }]
  const { perform, most } = counted(async () => {
    await until('the lane is full', () => most() === 4)
    await pause(3)
    return success()
  })
  const { engine } = await host.worker({ agents: [agent], perform })
  await host.worker({ agents: [agent], perform })
  const tasks = manyTasks(60, { lanes: [agent] })
  const runs = [
    await engine.submit(runOf({ agent, lanes, tasks })),
    await engine.submit(runOf({ agent, lanes, tasks })),
  ]
  let isOver = false
  const samples: number[] = []
  const sampler = (async () => {
    while (!isOver) {
      samples.push(...(await lanesOf(agent)).map((lane) => lane.held))
      await pause(2)
    }
  })()
  for (const { id } of runs) assert.equal((await ended(engine, id)).state, 'succeeded')
  isOver = true
  await sampler
  assert.ok(samples.length > 10 && samples.every((held) => held >= 0 && held <= 4))
  assert.equal(most(), 4)
  for (const { id } of runs) assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
})

test('a task takes all of its lanes or none, and does not stand in the way of others', async () => {
  const agent = newAgent()
  const [a, b] = [`${agent}-a`, `${agent}-b`]
  const lanes = [
    { name: a, capacity: 1 },
    { name: b, capacity: 1 },
  ]
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform })
  const first = await engine.submit(runOf({ agent, lanes, tasks: { first: { lanes: [a] } } }))
  await held.hasBegun('first')
  const tasks = {
    both: { lanes: [a, b], priority: 'critical' as const },
    second: { lanes: [b], priority: 'low' as const },
  }
  const { id } = await engine.submit(runOf({ agent, lanes, tasks }))
  await held.hasBegun('second')
  assert.equal((await statesOf(engine, id)).both, 'ready')
  await held.end('first')
  await ended(engine, first.id)
  assert.deepEqual(
    (await lanesOf(agent)).map((lane) => lane.held),
    [0, 1],
  )
  await held.end('second')
  await held.hasBegun('both')
  assert.deepEqual(
    (await lanesOf(agent)).map((lane) => lane.held),
    [1, 1],
  )
  await held.end('both')
  assert.equal((await ended(engine, id)).state, 'succeeded')
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
})

test('a hundred tasks for a full lane do not hold up those of another', async () => {
  const agent = newAgent()
  const [full, open] = [`${agent}-full`, `${agent}-open`]
  const lanes = [
    { name: full, capacity: 1 },
    { name: open, capacity: 2 },
  ]
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform })
  const many = manyTasks(100, { lanes: [full], priority: 'critical' })
  const tasks = { ...many, other: { lanes: [open], priority: 'low' as const } }
  const { id } = await engine.submit(runOf({ agent, lanes, tasks }))
  await held.hasBegun('other')
  assert.deepEqual(held.keys.toSorted(), ['other', 't0'])
  const { counts } = await engine.cancel(id)
  assert.equal(counts.cancelled, 99)
  assert.equal((await ended(engine, id)).state, 'cancelled')
})

test('a shut lane admits nothing, says until when, and goes on by itself', async () => {
  const agent = newAgent()
  const lanes = [{ name: agent, capacity: 2 }]
  const held = new HeldAgent()
  // Polls so seldom that only the lane's own time can wake it.
  const settings = { times: { pollMs: 3_600_000 } }
  const { engine } = await host.worker({ agents: [agent], perform: held.perform }, settings)
  await engine.lanes.set(lanes)
  await engine.lanes.shut(agent, 'rate', 3_600_000)
  const tasks = { a: { lanes: [agent] }, free: [] }
  const { id } = await engine.submit(runOf({ agent, lanes, tasks }))
  await held.hasBegun('free')
  const { wait } = await reaches(engine, id, ['a', 'ready'])
  assert.deepEqual([wait?.reason, wait?.subject], ['rate', agent])
  assert.ok(Date.parse(wait?.frees ?? '') > Date.now() + 3_000_000)
  assert.deepEqual((await engine.run(id)).limit, { reason: 'rate', subject: agent, tasks: 1 })
  // A shorter pause does not cut a longer one short.
  await engine.lanes.shut(agent, 'rate', 10)
  await host.pool.query(
    `update maniple.lanes set shut_until = clock_timestamp() + interval '300 ms' where id = $1`,
    [agent],
  )
  await held.end('free')
  await held.hasBegun('a')
  const { rows } = await host.pool.query<{ isEarly: boolean }>(
    `select t.started_at < l.shut_until as "isEarly" from maniple.tasks t, maniple.lanes l
     where t.run_id = $1 and t.attempt = 1 and t.state = 'running' and l.id = $2`,
    [id, agent],
  )
  assert.deepEqual(rows, [{ isEarly: false }])
  await held.end('a')
  assert.equal((await ended(engine, id)).state, 'succeeded')
})

test('a larger capacity takes effect, and a smaller one waits for what is under way', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform })
  const lanes = [{ name: agent, capacity: 1 }]
  const { id } = await engine.submit(
    runOf({ agent, lanes, tasks: manyTasks(6, { lanes: [agent] }) }),
  )
  await held.hasBegun('t0')
  await engine.lanes.set([{ name: agent, capacity: 3 }])
  await until('three run', () => held.keys.length === 3)
  await engine.lanes.set([{ name: agent, capacity: 1 }])
  await held.end('t0')
  await held.end('t1')
  await until('two are done', async () => (await engine.run(id)).counts.succeeded === 2)
  assert.equal((await engine.run(id)).counts.running, 1)
  assert.equal(held.keys.length, 3)
  for (const key of ['t2', 't3', 't4', 't5']) await held.end(key)
  assert.equal((await ended(engine, id)).state, 'succeeded')
  assert.equal(Object.keys(await tasksOf(engine, id)).length, 6)
})
