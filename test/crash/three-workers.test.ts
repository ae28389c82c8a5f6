import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from 'pg'
import { createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/index.ts'
import type { Run } from '../../src/contracts/index.ts'
import { createLog } from '../../src/telemetry/index.ts'
import { openCommandLine, type Started } from '../cli/command-line.ts'
import { type TestDatabase, testDatabase } from '../support/test-database.ts'
import { assertSound } from './assert-sound.ts'
import { layeredWorkflow } from './layered-workflow.ts'

const workerSlots = 20
const laneCapacity = 30
const tasks = 300
const env = {
  MANIPLE_SIMULATION_LATENCY_MS: '150',
  MANIPLE_MODEL_CONCURRENCY: String(laneCapacity),
}

type Sample = { readonly worker: string; readonly open: number }

/** What the database says at one moment: each worker's open attempts, and the lane's places. */
async function sample(
  pool: Pool,
): Promise<{ workers: readonly Sample[]; running: number; held: number }> {
  const { rows } = await pool.query<{ workers: Sample[] | null; running: number; held: number }>(
    `select
       (select json_agg(json_build_object('worker', worker_id, 'open', n)) from (
         select worker_id, count(*)::int as n from maniple.tasks where state = 'running' group by 1) x) as workers,
       (select count(*)::int from maniple.tasks where state in ('running', 'parked')) as running,
       coalesce((select max(held) from maniple.lanes), 0)::int as held`,
  )
  const { workers, running, held } = rows[0] ?? { workers: null, running: 0, held: 0 }
  return { workers: workers ?? [], running, held }
}

/** Watches a run to its end and holds every sample against the limits. */
async function watchLimits(
  database: TestDatabase,
  look: () => Promise<Run>,
  onSample: (run: Run) => void,
): Promise<Run> {
  while (true) {
    const { workers, running, held } = await sample(database.pool)
    for (const { worker, open } of workers) {
      assert.ok(open <= workerSlots, `${worker} has ${open} attempts open`)
    }
    assert.ok(running <= laneCapacity, `${running} tasks hold places of ${laneCapacity}`)
    assert.equal(held, running, 'the lane counts what is open')
    const run = await look()
    onSample(run)
    if (run.finishedAt !== null) return run
    await delay(20)
  }
}

async function submitTo(database: TestDatabase) {
  const config = loadConfig({ env: { ...env, DATABASE_URL: database.url }, cwd: '/' })
  const log = createLog({ level: 'error' })
  const app = await createApp({ config, environment: {}, log })
  const { run } = await app.runs.submit({
    kind: 'split',
    input: layeredWorkflow(3, tasks / 3),
    options: { concurrency: 100 },
  })
  return { app, run, look: () => app.runs.get(run.id) }
}

async function shares(pool: Pool): Promise<number[]> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::int as n from maniple.attempts where outcome = 'succeeded' group by worker_id order by 1`,
  )
  return rows.map((row) => row.n)
}

async function startWorkers(
  database: TestDatabase,
  start: (args: string[]) => Started,
  count: number,
) {
  const started = Array.from({ length: count }, () =>
    start(['work', '--slots', String(workerSlots)]),
  )
  const joined = 'select count(*)::int as n from maniple.workers'
  while ((await database.pool.query<{ n: number }>(joined)).rows[0]?.n !== count) await delay(20)
  return started
}

test('three worker processes share a run evenly, and lane limits hold across them', async (t) => {
  const database = await testDatabase(t)
  await using line = await openCommandLine()
  const url = { ...env, DATABASE_URL: database.url }
  const workers = await startWorkers(database, (args) => line.start(args, { env: url }), 3)
  const { app, look } = await submitTo(database)
  try {
    const run = await watchLimits(database, look, () => undefined)
    assert.equal(run.state, 'succeeded')
    await assertSound(database.pool)
    const counts = await shares(database.pool)
    assert.equal(counts.length, 3)
    // Level while there is enough for all; the ends of the layers may fall either way.
    for (const count of counts)
      assert.ok(count >= tasks / 5, `shares ${counts.join(', ')} of ${tasks}`)
  } finally {
    for (const { child } of workers) child.kill('SIGTERM')
    await Promise.all(workers.map(({ ended }) => ended))
    await app.close()
  }
})

test('killing one of three worker processes loses nothing', async (t) => {
  const database = await testDatabase(t)
  await using line = await openCommandLine()
  const url = { ...env, DATABASE_URL: database.url }
  const workers = await startWorkers(database, (args) => line.start(args, { env: url }), 3)
  const { app, look } = await submitTo(database)
  try {
    const run = await watchLimits(database, look, ({ counts }) => {
      if (counts.succeeded > tasks / 3) workers[0]?.child.kill('SIGKILL')
    })
    assert.equal(run.state, 'succeeded')
    await assertSound(database.pool)
    const lost = await database.pool.query(`select 1 from maniple.attempts where outcome = 'lost'`)
    assert.ok((lost.rowCount ?? 0) > 0, 'the killed process was performing')
    assert.deepEqual((await workers[0]?.ended)?.signal, 'SIGKILL')
  } finally {
    for (const { child } of workers) child.kill('SIGTERM')
    await Promise.all(workers.map(({ ended }) => ended))
    await app.close()
  }
})
