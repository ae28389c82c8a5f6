import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commitBatch } from '../../src/engine/commit-batch.ts'
import type { Completion } from '../../src/engine/engine-types.ts'
import type { Perform } from '../../src/engine/index.ts'
import {
  connectionLost,
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
  wired,
} from './engine-host.ts'

const host = await engineHost()

const deaf: Perform = () => new Promise(() => undefined)

/** A worker whose database connection can be cut, as if its machine were gone. */
async function cuttableWorker(agent: string, perform: Perform) {
  const wire = { isCut: false }
  const pool = wired(host.pool, {
    send: () => {
      if (wire.isCut) throw connectionLost()
    },
  })
  const made = await host.worker({ agents: [agent], perform }, { pool })
  return { ...made, wire }
}

/** As if the worker had not been heard of for an hour. */
const age = (worker: string) =>
  host.pool.query(
    `update maniple.workers set heartbeat_at = now() - interval '1 hour' where id = $1`,
    [worker],
  )

/** The database counts silence from its own start, which may be a moment ago. */
async function declareLost(worker: string): Promise<void> {
  await age(worker)
  await host.pool.query(`select maniple.recover(array[$1::text], 'lost')`, [worker])
}

async function outcomes(id: string, key: string): Promise<string[]> {
  const { rows } = await host.pool.query<{ outcome: string }>(
    `select a.outcome::text from maniple.attempts a join maniple.task_specs s on s.task_id = a.task_id
     where s.run_id = $1 and s.key = $2 order by a.attempt`,
    [id, key],
  )
  return rows.map((row) => row.outcome)
}

test('a lost worker’s tasks go to another under new numbers; its late results are refused', async () => {
  const agent = newAgent()
  const lanes = [{ name: agent, capacity: 2 }]
  const [one, two] = [new HeldAgent(), new HeldAgent()]
  const lost = await cuttableWorker(agent, one.perform)
  const tasks = { a: { lanes: [agent] }, b: { lanes: [agent] }, c: ['a'] }
  const { id } = await host.engine().submit(runOf({ agent, lanes, tasks }))
  await until('both begun', () => one.keys.length === 2)
  const { engine } = await host.worker({ agents: [agent], perform: two.perform })
  lost.wire.isCut = true
  await declareLost(lost.worker.id)
  await two.hasBegun('a', 2)
  await two.hasBegun('b', 2)
  const lane = await host.pool.query('select held from maniple.lanes where id = $1', [agent])
  assert.deepEqual(lane.rows, [{ held: 2 }], 'their places were held all the time')
  await one.end('a', success({ from: 'the lost one' }))
  lost.wire.isCut = false
  await until('it noticed', () => one.aborted.includes('b'))
  await two.end('a', success({ from: 'the second' }))
  await two.end('b')
  await until('c has begun', () => [...one.keys, ...two.keys].includes('c'))
  await (one.keys.includes('c') ? one : two).end('c')
  assert.equal((await ended(engine, id)).state, 'succeeded')
  const { a } = await tasksOf(engine, id)
  assert.deepEqual([a?.output, a?.attempts], [{ from: 'the second' }, 2])
  assert.deepEqual(await outcomes(id, 'a'), ['lost', 'succeeded'])
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
})

test('a loss costs a number and no retry; the third one fails the task', async () => {
  const agent = newAgent()
  const engine = host.engine()
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [], b: ['a'], free: [] } }))
  const wires: { isCut: boolean }[] = []
  for (const attempt of [1, 2, 3]) {
    const held = new HeldAgent()
    const lost = await cuttableWorker(agent, held.perform)
    await held.hasBegun('a', attempt)
    if (attempt === 1) await held.end('free')
    if (attempt === 1) await reaches(engine, id, ['free', 'succeeded'])
    lost.wire.isCut = true
    await declareLost(lost.worker.id)
    const states = await statesOf(engine, id)
    assert.equal(states.a, attempt < 3 ? 'ready' : 'failed')
    wires.push(lost.wire)
  }
  const run = await ended(engine, id)
  // So that they can sign off.
  for (const wire of wires) wire.isCut = false
  assert.equal(run.state, 'partial')
  const { a, b } = await tasksOf(engine, id)
  assert.deepEqual([a?.error?.code, a?.attempts, b?.state], ['worker_lost', 3, 'skipped'])
  assert.deepEqual(await outcomes(id, 'a'), ['lost', 'lost', 'lost'])
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
})

test('an engine finds by itself who has not been heard of', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const lost = await cuttableWorker(agent, deaf)
  const { id } = await host.engine().submit(runOf({ agent, tasks: { a: [] } }))
  await reaches(host.engine(), id, ['a', 'running'])
  lost.wire.isCut = true
  const { engine } = await host.worker(
    { agents: [agent], perform: held.perform },
    { times: { lostMs: 500, heartbeatMs: 50 } },
  )
  await held.hasBegun('a', 2)
  await held.end('a')
  assert.equal((await ended(engine, id)).state, 'succeeded')
})

test('a worker of this machine whose process is gone is lost at once', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const lost = await cuttableWorker(agent, deaf)
  const { id } = await host.engine().submit(runOf({ agent, tasks: { a: [] } }))
  await reaches(host.engine(), id, ['a', 'running'])
  lost.wire.isCut = true
  // The number is ours, but it was given to a process that began earlier.
  await host.pool.query(`update maniple.workers set process_start = '1' where id = $1`, [
    lost.worker.id,
  ])
  await host.worker({ agents: [agent], perform: held.perform })
  await held.hasBegun('a', 2)
  await held.end('a')
  assert.equal((await ended(host.engine(), id)).state, 'succeeded')
})

test('a worker that leaves gives its tasks back, which counts for nothing', async () => {
  const agent = newAgent()
  const [one, two] = [new HeldAgent(), new HeldAgent()]
  const first = await host.worker({ agents: [agent], perform: one.perform })
  const { id } = await first.engine.submit(runOf({ agent, tasks: { a: [], b: ['a'] } }))
  await one.hasBegun('a')
  await first.worker.stop()
  assert.deepEqual(one.aborted, ['a'])
  assert.equal((await tasksOf(first.engine, id)).a?.wait?.reason, 'worker')
  await host.worker({ agents: [agent], perform: two.perform })
  await two.hasBegun('a', 2)
  await two.end('a')
  await two.end('b')
  assert.equal((await ended(first.engine, id)).state, 'succeeded')
  assert.deepEqual(await outcomes(id, 'a'), ['released', 'succeeded'])
  const { rows } = await host.pool.query(
    'select retries, losses from maniple.tasks where run_id = $1 and attempt = 2',
    [id],
  )
  assert.deepEqual(rows, [{ retries: 0, losses: 0 }])
})

test('a completion that is written twice counts once; one that is not ours is refused', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine, worker } = await host.worker({ agents: [agent], perform: held.perform })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [], b: [] } }))
  await held.hasBegun('a')
  const task = held.begun.find((one) => one.key === 'a')?.task ?? 0
  const completion: Completion = {
    task,
    attempt: 1,
    kind: 'succeeded',
    output: '{}',
    code: null,
    message: null,
    delayMs: 0,
    records: [],
    durationMs: 10,
    cost: '{"tokens":3}',
    simulated: false,
    cached: false,
  }
  const commit = (changes: Partial<Completion>, by = worker.id) =>
    commitBatch(host.pool, by, {
      batch: [{ ...completion, ...changes }],
      performing: 1,
      free: 0,
      isFair: true,
      keepRecords: null,
    })
  assert.deepEqual((await commit({ attempt: 2 })).refused, [task])
  assert.equal((await commit({}, 'nobody')).fenced, true)
  assert.deepEqual((await commit({})).refused, [])
  const once = await engine.run(id)
  assert.deepEqual((await commit({})).refused, [])
  assert.deepEqual((await commit({ kind: 'failed' })).refused, [])
  const twice = await engine.run(id)
  assert.deepEqual([once.counts, once.cost, once.seq], [twice.counts, twice.cost, twice.seq])
  assert.deepEqual([twice.counts.succeeded, twice.cost], [1, { tokens: 3 }])
  await held.end('b')
  await held.end('a')
  assert.equal((await ended(engine, id)).state, 'succeeded')
})

test('a worker whose row was deleted joins afresh and goes on', async () => {
  const agent = newAgent()
  const { engine, worker } = await host.worker({ agents: [agent], perform: succeed })
  const before = worker.id
  await host.pool.query('delete from maniple.workers where id = $1', [before])
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [] } }))
  assert.equal((await ended(engine, id)).state, 'succeeded')
  assert.notEqual(worker.id, before)
})
