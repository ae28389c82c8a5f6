import { setTimeout as delay } from 'node:timers/promises'
import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import pg from 'pg'
import type { BenchContext, Peer, RunningPeer, TaskLoad, Timing } from '../contract.ts'
import { packageVersion } from '../package-version.ts'
import { createTally, type Tally } from '../tally.ts'

const quiet = new Logger(() => () => {})

/*
 * The settings of the project's own performance page (https://worker.graphile.org/docs/performance):
 * 24 jobs at once, a pool of 25, a local queue of 500, completions batched without delay. With more
 * slots than that, only the jobs at once grow: the local queue fetches for all of them.
 */
const advisedJobs = 24
const poolSize = 25
const localQueueSize = 500

async function start(context: BenchContext): Promise<RunningPeer> {
  const connectionString = await context.createDatabase('graphile_worker')
  const pool = new pg.Pool({ connectionString, max: 2 })
  let tally: Tally = createTally(0)
  const jobs = context.slots ?? advisedJobs
  const utils = await makeWorkerUtils({ connectionString, logger: quiet })
  await utils.migrate()
  const runner = await run({
    preset: {
      worker: {
        connectionString,
        logger: quiet,
        concurrentJobs: jobs,
        maxPoolSize: poolSize,
        localQueue: { size: Math.max(localQueueSize, jobs + 1) },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
    taskList: {
      task: async (payload) => {
        const ms = Number(payload)
        if (ms > 0) await delay(ms)
        tally.add()
      },
    },
    noHandleSignals: true,
  })

  // The completions are batched in the background: only an empty table says they are committed.
  const allCommitted = async (): Promise<void> => {
    const query = { name: 'left', text: 'select 1 from graphile_worker._private_jobs limit 1' }
    while ((await pool.query(query)).rowCount !== 0) await delay(1)
  }

  return {
    tasks: async ({ count, ms }: TaskLoad): Promise<Timing> => {
      tally = createTally(count)
      const begun = performance.now()
      await utils.addJobs(
        Array.from({ length: count }, () => ({ identifier: 'task', payload: ms })),
      )
      const enqueuedMs = performance.now() - begun
      const remaining = tally.remaining()
      await tally.finished
      await allCommitted()
      return { enqueuedMs, remaining, totalMs: performance.now() - begun }
    },
    stop: async () => {
      await runner.stop()
      await utils.release()
      await pool.end()
    },
  }
}

export const graphileWorker: Peer = {
  name: 'graphile-worker',
  version: packageVersion('graphile-worker'),
  store: 'the same PostgreSQL; a queue without dependencies',
  available: async () => true,
  start,
}
