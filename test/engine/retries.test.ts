import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Perform, Performed } from '../../src/engine/index.ts'
import { AppError, type JsonObject } from '../../src/shared/index.ts'
import {
  ended,
  engineHost,
  HeldAgent,
  leftovers,
  manyTasks,
  newAgent,
  nothingLeft,
  reaches,
  runOf,
  statesOf,
  success,
  tasksOf,
  until,
} from './engine-host.ts'

const host = await engineHost()

test('a failure is tried again after its back-off, which the wait tells', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform })
  const tasks = { a: { maxRetries: 1, lanes: [agent] }, b: ['a'] }
  const { id } = await engine.submit(runOf({ agent, tasks, lanes: [{ name: agent, capacity: 1 }] }))
  await held.end('a', new AppError('model_rate_limited', 'slow down', { retryAfterMs: 3_600_000 }))
  const task = await reaches(engine, id, ['a', 'waiting'])
  assert.equal(task.wait?.reason, 'retry')
  assert.ok(Date.parse(task.wait?.frees ?? '') > Date.now() + 3_000_000)
  assert.equal(task.error?.code, 'model_rate_limited')
  const run = await engine.run(id)
  assert.deepEqual(run.limit, { reason: 'retry', subject: 'the next try', tasks: 1 })
  const lane = await host.pool.query('select held from maniple.lanes where id = $1', [agent])
  assert.deepEqual(lane.rows, [{ held: 0 }], 'a back-off holds no place')
  await engine.cancel(id)
  const second = await engine.submit(runOf({ agent, tasks, lanes: [{ name: agent, capacity: 1 }] }))
  await until('it has begun', () => held.keys.length === 2)
  await held.end('a', new AppError('model_rate_limited', 'slow down', { retryAfterMs: 100 }))
  await held.hasBegun('a', 2)
  await held.end('a')
  await held.end('b')
  assert.equal((await ended(engine, second.id)).state, 'succeeded')
  const { rows } = await host.pool.query<{ waitedMs: number }>(
    `select extract(epoch from max(a.started_at) - min(a.finished_at))::float8 * 1000 as "waitedMs"
     from maniple.attempts a join maniple.task_specs s on s.task_id = a.task_id
     where s.run_id = $1 and s.key = 'a'`,
    [second.id],
  )
  assert.ok((rows[0]?.waitedMs ?? 0) >= 100)
})

test('retries that are used up, and errors that no retry helps, fail the task', async () => {
  const agent = newAgent()
  const perform: Perform = ({ key }) =>
    Promise.reject(new AppError(key === 'auth' ? 'model_auth' : 'model_failed', `${key} failed`))
  const { engine } = await host.worker({ agents: [agent], perform })
  const tasks = { again: { maxRetries: 2 }, auth: { maxRetries: 2 }, once: { maxRetries: 0 } }
  const { id } = await engine.submit(runOf({ agent, tasks }))
  assert.equal((await ended(engine, id)).state, 'failed')
  const found = await tasksOf(engine, id)
  const attempts = Object.values(found).map((task) => [task.id, task.state, task.attempts])
  assert.deepEqual(attempts, [
    ['again', 'failed', 3],
    ['auth', 'failed', 1],
    ['once', 'failed', 1],
  ])
  assert.deepEqual(found.auth?.error, { code: 'model_auth', message: 'auth failed' })
  const { rows } = await host.pool.query(
    `select a.outcome::text from maniple.attempts a join maniple.task_specs s on s.task_id = a.task_id
     where s.run_id = $1 and s.key = 'again' order by a.attempt`,
    [id],
  )
  assert.deepEqual(
    rows.map((row: { outcome: string }) => row.outcome),
    ['retry', 'retry', 'failed'],
  )
})

test('a task that takes longer than its time-out is stopped and fails with task_timeout', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: { timeoutMs: 30 }, b: [] } }))
  await held.end('b')
  assert.equal((await ended(engine, id)).state, 'partial')
  assert.deepEqual(held.aborted, ['a'])
  assert.equal((await tasksOf(engine, id)).a?.error?.code, 'task_timeout')
})

test('outputs that the database cannot store fail alone; all others of the batch are kept', async () => {
  const agent = newAgent()
  const poison: Record<string, JsonObject> = {
    t3: { text: 'a\0b' },
    t17: { text: 'half \ud800 a character' },
    t42: { 'key\0': 1 },
  }
  // All end in the same turn of the event loop, so that they share a commit.
  const start = Promise.withResolvers<void>()
  let begun = 0
  const perform: Perform = async ({ key }) => {
    begun += 1
    if (begun === 50) start.resolve()
    await start.promise
    return success(poison[key] ?? { key })
  }
  const { engine } = await host.worker({ agents: [agent], perform })
  const { id } = await engine.submit(runOf({ agent, tasks: { ...manyTasks(50), next: ['t3'] } }))
  const run = await ended(engine, id)
  const { succeeded, failed, skipped } = run.counts
  assert.deepEqual([succeeded, failed, skipped], [47, 3, 1])
  const tasks = await tasksOf(engine, id)
  for (const [key, task] of Object.entries(tasks)) {
    if (key in poison) assert.equal(task.error?.code, 'output_unstorable', key)
    else if (key !== 'next') assert.deepEqual(task.output, { key })
  }
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
})

test('an agent that throws what is no error, or misbehaves, ends its own attempt only', async () => {
  const agent = newAgent()
  const circular: Record<string, never> = {}
  Reflect.set(circular, 'self', circular)
  const odd: Record<string, () => Promise<Performed>> = {
    text: () => Promise.reject('just text'),
    nothing: () => Promise.reject(undefined),
    bare: () => Promise.reject(Object.create(null)),
    hostile: () => Promise.reject(new Error('nul \0 and half \udfff')),
    circular: async () => success(circular),
    atOnce: () => {
      throw new Error('before any promise')
    },
  }
  const perform: Perform = ({ key }) => odd[key]?.() ?? Promise.resolve(success())
  const { engine } = await host.worker({ agents: [agent], perform })
  const keys = [...Object.keys(odd), 'fine']
  const tasks = Object.fromEntries(keys.map((key) => [key, []]))
  const { id } = await engine.submit(runOf({ agent, tasks }))
  await ended(engine, id)
  const states = Object.entries(await statesOf(engine, id))
  assert.deepEqual(states, [
    ...Object.keys(odd).map((key) => [key, 'failed']),
    ['fine', 'succeeded'],
  ])
})

test('costs add up by unit, and one simulated result marks the run', async () => {
  const agent = newAgent()
  const perform: Perform = async ({ key }) => {
    if (key === 'plain') return success()
    const cost = key === 'a' ? { tokens: 5, usd: 0.5 } : { tokens: 7, usd: Number.NaN }
    return { ...success(), cost, simulated: key === 'a', cached: key === 'b' }
  }
  const { engine } = await host.worker({ agents: [agent], perform })
  const first = await engine.submit(runOf({ agent, tasks: { a: [], b: ['a'], plain: [] } }))
  const run = await ended(engine, first.id)
  assert.deepEqual(run.cost, { tokens: 12, usd: 0.5 })
  assert.equal(run.simulated, true)
  const tasks = await tasksOf(engine, first.id)
  assert.deepEqual(
    Object.values(tasks).map((task) => [task.id, task.simulated, task.cached]),
    [
      ['a', true, false],
      ['b', false, true],
      ['plain', false, false],
    ],
  )
  const second = await engine.submit(runOf({ agent, tasks: { plain: [] } }))
  const plain = await ended(engine, second.id)
  assert.deepEqual([plain.cost, plain.simulated], [{}, false])
})

test('the times of a run: performing adds up, the longest chain is known', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [], b: ['a'], c: [] } }))
  await until('both begun', () => held.keys.length === 2)
  for (const key of ['a', 'b', 'c']) await held.end(key)
  const run = await ended(engine, id)
  const tasks = await tasksOf(engine, id)
  const [a, b, c] = ['a', 'b', 'c'].map((key) => tasks[key]?.durationMs ?? Number.NaN)
  assert.ok(a !== undefined && b !== undefined && c !== undefined)
  assert.ok(Math.abs(run.sequentialTimeMs - (a + b + c)) < 1)
  assert.ok(Math.abs(run.criticalPathMs - Math.max(a + b, c)) < 1)
})
