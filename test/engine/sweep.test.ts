import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  connectionLost,
  ended,
  engineHost,
  HeldAgent,
  leftovers,
  manyTasks,
  newAgent,
  nothingLeft,
  runOf,
  succeed,
  until,
  wired,
} from './engine-host.ts'

const host = await engineHost()

async function sweep(): Promise<string[]> {
  const { rows } = await host.pool.query<{ breach: string }>('select maniple.sweep() as breach')
  return rows.map((row) => row.breach)
}

/** A run with one task running, one parked, and one ready behind a full lane. */
async function variedRun() {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform })
  const lanes = [{ name: agent, capacity: 2 }]
  const tasks = { a: { lanes: [agent] }, b: { lanes: [agent] }, c: { lanes: [agent] } }
  const { id } = await engine.submit(runOf({ agent, lanes, tasks }))
  await held.end('a', { kind: 'parked', reason: 'outside', deadlineMs: 3_600_000 })
  await held.hasBegun('b')
  await until('a is parked', async () => (await engine.run(id)).counts.parked === 1)
  return { agent, held, engine, id }
}

test('what is as it should be is no breach', async () => {
  const { engine, id } = await variedRun()
  assert.deepEqual(await sweep(), [])
  await engine.cancel(id)
  await ended(engine, id)
  assert.deepEqual(await sweep(), [])
})

test('counts that are wrong are reported and repaired', async () => {
  const { agent, held, engine, id } = await variedRun()
  const damages: [RegExp, string][] = [
    [
      /^lane .* counted 7 held places, 2 are open/,
      'update maniple.lanes set held = 7 where id = $1',
    ],
    [
      /^lane .* counted 0 held places, 2 are open/,
      'update maniple.lanes set held = 0 where id = $1',
    ],
    [
      /^run .* counted 9 held tasks, 2 are open/,
      'update maniple.runs set held = 9 where agent = $1 and outcome is null',
    ],
    [
      /^group .* counted 5 ready tasks, there are 1/,
      'update maniple.task_groups set ready = 5 where agent = $1',
    ],
  ]
  for (const [report, damage] of damages) {
    // Nobody may act on the damage before it is found: both happen in one transaction.
    const client = await host.pool.connect()
    try {
      await client.query('begin')
      await client.query(damage, [agent])
      const { rows } = await client.query<{ breach: string }>('select maniple.sweep() as breach')
      await client.query('commit')
      assert.equal(rows.length, 1)
      assert.match(rows[0]?.breach ?? '', report)
    } finally {
      client.release()
    }
    assert.deepEqual(await sweep(), [])
  }
  const task = held.begun.find((one) => one.key === 'a')?.task ?? 0
  await engine.resumeParked({ task, attempt: 1 }, { output: {} })
  for (const key of ['b', 'c']) await held.end(key)
  assert.equal((await ended(engine, id)).state, 'succeeded')
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
})

test('a task whose worker’s row is gone is reported and begun again', async () => {
  const agent = newAgent()
  const [lost, held] = [new HeldAgent(), new HeldAgent()]
  let isCut = false
  const pool = wired(host.pool, {
    send: () => {
      if (isCut) throw connectionLost()
    },
  })
  const { worker } = await host.worker({ agents: [agent], perform: lost.perform }, { pool })
  const engine = host.engine()
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [] } }))
  await lost.hasBegun('a')
  isCut = true
  await host.pool.query('delete from maniple.workers where id = $1', [worker.id])
  const [breach, ...others] = await sweep()
  assert.match(breach ?? '', /^task .* was held by worker .*, which is gone/)
  assert.deepEqual(others, [])
  await host.worker({ agents: [agent], perform: held.perform })
  await held.hasBegun('a', 2)
  isCut = false
  await held.end('a')
  assert.equal((await ended(engine, id)).state, 'succeeded')
})

test('a busy system never shows a breach', async () => {
  const agent = newAgent()
  const { engine } = await host.worker({ agents: [agent], slots: 10, perform: succeed })
  await host.worker({ agents: [agent], slots: 10, perform: succeed })
  const lanes = [{ name: agent, capacity: 7 }]
  const tasks = manyTasks(150, { lanes: [agent] })
  const runs = await Promise.all(
    Array.from({ length: 4 }, () => engine.submit(runOf({ agent, slots: 5, lanes, tasks }))),
  )
  let sweeps = 0
  let isOver = false
  const sweeping = (async () => {
    while (!isOver) {
      assert.deepEqual(await sweep(), [])
      sweeps += 1
    }
  })()
  for (const { id } of runs) await ended(engine, id)
  isOver = true
  await sweeping
  assert.ok(sweeps > 3)
})
