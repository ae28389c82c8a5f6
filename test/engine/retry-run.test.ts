import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Perform } from '../../src/engine/index.ts'
import {
  ended,
  engineHost,
  HeldAgent,
  leftovers,
  newAgent,
  nothingLeft,
  pause,
  reaches,
  runOf,
  statesOf,
  success,
  tasksOf,
} from './engine-host.ts'

const host = await engineHost()

/** Fails the named tasks until told to stop failing, and notes what was performed. */
function moody(...bad: string[]) {
  const failing = new Set(bad)
  const performed: string[] = []
  const perform: Perform = async ({ key, attempt }) => {
    performed.push(`${key} ${attempt}`)
    if (failing.has(key)) throw new Error(`${key} is in a bad mood`)
    return success({ key, attempt })
  }
  return { failing, performed, perform }
}

test('a retry performs only what failed or was skipped; outputs of the rest stay', async () => {
  const agent = newAgent()
  const { failing, performed, perform } = moody('bad')
  const { engine } = await host.worker({ agents: [agent], perform })
  const tasks = { good: [], bad: [], next: ['good', 'bad'], last: ['next'] }
  const { id } = await engine.submit(runOf({ agent, tasks }))
  const before = await ended(engine, id)
  assert.equal(before.state, 'partial')
  failing.clear()
  performed.length = 0
  const going = await engine.retry(id, null)
  assert.equal(going.total, 4)
  const run = await ended(engine, id)
  assert.deepEqual([run.state, run.counts.succeeded, run.counts.failed], ['succeeded', 4, 0])
  assert.deepEqual(performed, ['bad 2', 'next 1', 'last 1'])
  const results = await engine.results(id, ['good', 'bad'])
  assert.deepEqual(
    results.map((result) => result.output),
    [
      { key: 'good', attempt: 1 },
      { key: 'bad', attempt: 2 },
    ],
  )
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
})

test('a retry may fail again, and be retried again; events go on counting', async () => {
  const agent = newAgent()
  const { failing, perform } = moody('a')
  const { engine } = await host.worker({ agents: [agent], perform })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: { maxRetries: 1 }, b: ['a'] } }))
  assert.equal((await ended(engine, id)).state, 'failed')
  for (const attempts of [4, 6]) {
    await engine.retry(id, null)
    assert.equal((await ended(engine, id)).state, 'failed')
    const tasks = await tasksOf(engine, id)
    assert.deepEqual([tasks.a?.attempts, tasks.b?.state], [attempts, 'skipped'])
  }
  failing.clear()
  await engine.retry(id, null)
  const run = await ended(engine, id)
  assert.equal(run.state, 'succeeded')
  const replay: Record<string, string> = {}
  let seq = 0
  for await (const event of engine.events(id, 0, AbortSignal.timeout(30_000))) {
    seq += 1
    assert.equal(event.seq, seq)
    for (const change of event.changes) replay[change.task] = change.state
  }
  assert.deepEqual([seq, replay], [run.seq, { a: 'succeeded', b: 'succeeded' }])
})

test('a cancelled run goes on where it stood', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform })
  const { id } = await engine.submit(
    runOf({ agent, slots: 1, tasks: { a: [], b: ['a'], c: ['b'] } }),
  )
  await held.end('a')
  await held.hasBegun('b')
  await engine.cancel(id)
  assert.equal((await ended(engine, id)).state, 'cancelled')
  const run = await engine.retry(id, null)
  assert.equal(run.cancelRequested, false)
  await held.hasBegun('b', 2)
  await held.end('b')
  await held.end('c')
  assert.equal((await ended(engine, id)).state, 'succeeded')
  assert.deepEqual(await statesOf(engine, id), { a: 'succeeded', b: 'succeeded', c: 'succeeded' })
  assert.deepEqual(held.keys, ['a', 'b', 'b', 'c'])
})

test('a run that goes on, has succeeded or does not exist is not retried', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [] } }))
  await reaches(engine, id, ['a', 'running'])
  await assert.rejects(engine.retry(id, null), { code: 'retry_not_possible' })
  await held.end('a')
  const before = await ended(engine, id)
  await assert.rejects(engine.retry(id, null), { code: 'retry_not_possible' })
  assert.deepEqual(await engine.run(id), before)
  await assert.rejects(engine.retry('no-such-run', null), { code: 'not_found' })
})

test('two retries at once make one', async () => {
  const agent = newAgent()
  const { failing, performed, perform } = moody('a')
  const { engine } = await host.worker({ agents: [agent], perform })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [] } }))
  await ended(engine, id)
  failing.clear()
  const both = await Promise.allSettled([engine.retry(id, null), host.engine().retry(id, null)])
  assert.ok(both.some((one) => one.status === 'fulfilled'))
  assert.equal((await ended(engine, id)).state, 'succeeded')
  assert.deepEqual(performed, ['a 1', 'a 2'])
})

test('the clock stands still between an end and a retry', async () => {
  const agent = newAgent()
  const { failing, perform } = moody('a')
  const { engine } = await host.worker({ agents: [agent], perform })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [] } }))
  await ended(engine, id)
  // As if it had ended an hour ago.
  await host.pool.query(
    `update maniple.runs set created_at = created_at - interval '1 hour', resumed_at = resumed_at - interval '1 hour',
       finished_at = finished_at - interval '1 hour' where id = $1`,
    [id],
  )
  failing.clear()
  const { wallTimeMs } = await engine.run(id)
  await pause(5)
  await engine.retry(id, null)
  const run = await ended(engine, id)
  assert.ok(run.wallTimeMs > wallTimeMs && run.wallTimeMs < 600_000)
})

test('a run that is being cancelled is retried once it has ended; one that does not end says so', async () => {
  const agent = newAgent()
  const asked = Promise.withResolvers<() => void>()
  let calls = 0
  const perform: Perform = ({ key }, { signal }) => {
    calls += 1
    if (calls > 1) return Promise.resolve(success({ key }))
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => asked.resolve(() => reject(signal.reason)))
    })
  }
  const slow = { graceMs: 600_000 }
  const { engine } = await host.worker({ agents: [agent], perform }, { times: slow })
  const { id } = await engine.submit(runOf({ agent, tasks: { only: [] } }))
  await reaches(engine, id, ['only', 'running'])
  const cancelled = await engine.cancel(id)
  assert.deepEqual([cancelled.cancelRequested, cancelled.finishedAt], [true, null])
  const retried = engine.retry(id, null)
  await assert.rejects(host.engine({ times: { graceMs: -3000 } }).retry(id, null), {
    code: 'retry_not_possible',
    message: /still being cancelled/,
  })
  const stop = await asked.promise
  stop()
  await retried
  const run = await ended(engine, id)
  assert.deepEqual([run.state, run.counts.succeeded, calls], ['succeeded', 1, 2])
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
})
