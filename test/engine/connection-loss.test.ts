import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Engine, type Perform } from '../../src/engine/index.ts'
import { silentLog } from '../support/silent-log.ts'
import {
  connectionLost,
  ended,
  engineHost,
  leftovers,
  newAgent,
  nothingLeft,
  pause,
  runOf,
  success,
  tasksOf,
  wired,
} from './engine-host.ts'

const host = await engineHost()

/** Counts how often each attempt was performed. */
function counting() {
  const performed = new Map<string, number>()
  const perform: Perform = async ({ key, attempt }) => {
    const name = `${key} ${attempt}`
    performed.set(name, (performed.get(name) ?? 0) + 1)
    await pause(2)
    return success({ key })
  }
  return { performed, perform }
}

const layers = Object.fromEntries(
  Array.from({ length: 120 }, (_, n) => [
    `n${n}`,
    n < 20
      ? { lanes: ['loss'] }
      : { dependsOn: [`n${n - 20}`, `n${n - (n % 20) - 20 + ((n + 7) % 20)}`] },
  ]),
)

test('answers lost on the way lose no task, and no attempt is performed twice', async () => {
  const agent = newAgent()
  const { performed, perform } = counting()
  // Every third commit succeeds in the database, but its answer never comes.
  let steps = 0
  const pool = wired(host.pool, {
    answer: (query) => {
      if (query !== 'step') return
      steps += 1
      if (steps % 3 === 0) throw connectionLost()
    },
  })
  const { engine } = await host.worker({ agents: [agent], perform }, { pool })
  const lanes = [{ name: 'loss', capacity: 5 }]
  const { id } = await engine.submit(runOf({ agent, lanes, tasks: layers }))
  const run = await ended(engine, id)
  assert.deepEqual([run.state, run.counts.succeeded], ['succeeded', 120])
  assert.ok([...performed.values()].every((times) => times === 1))
  const tasks = Object.values(await tasksOf(engine, id))
  assert.ok(tasks.every((task) => performed.has(`${task.id} ${task.attempts}`)))
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
})

test('with all connections killed again and again, the run still ends as it should', async () => {
  const agent = newAgent()
  const { performed, perform } = counting()
  const { engine } = await host.worker({ agents: [agent], slots: 8, perform })
  await host.worker({ agents: [agent], slots: 8, perform })
  const lanes = [{ name: 'loss', capacity: 5 }]
  const { id } = await engine.submit(runOf({ agent, lanes, tasks: layers }))
  const kill = `select count(pg_terminate_backend(pid)) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`
  for (let n = 0; n < 8; n += 1) {
    await pause(30)
    await host.pool.query(kill)
  }
  const run = await ended(engine, id)
  assert.deepEqual([run.state, run.counts.succeeded], ['succeeded', 120])
  assert.ok([...performed.values()].every((times) => times === 1))
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
  let seq = 0
  for await (const event of engine.events(id, 0, AbortSignal.timeout(30_000))) {
    seq += 1
    assert.equal(event.seq, seq)
  }
  assert.equal(seq, run.seq)
})

test('a start that met a lost connection can be tried again', async () => {
  let tries = 0
  const listen = async () => {
    tries += 1
    if (tries === 1) throw connectionLost()
    return { close: async () => undefined }
  }
  const engine = new Engine({ pool: host.pool, log: silentLog, listen })
  const agent = newAgent()
  const worker = {
    slots: 1,
    agents: [agent],
    binding: null,
    onlyRun: null,
    perform: async () => success(),
  }
  try {
    await assert.rejects(engine.startWorker(worker), /ECONNRESET/)
    await engine.startWorker(worker)
    const { id } = await engine.submit(runOf({ agent, tasks: { a: [] } }))
    assert.equal((await ended(engine, id)).state, 'succeeded')
  } finally {
    await engine.close()
  }
})
