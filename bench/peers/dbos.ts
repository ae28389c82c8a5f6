import { setTimeout as delay } from 'node:timers/promises'
import { DBOS } from '@dbos-inc/dbos-sdk'
import pg from 'pg'
import { createChainClock } from '../chain-clock.ts'
import type {
  BenchContext,
  ChainLoad,
  GraphLoad,
  Peer,
  RunningPeer,
  TaskLoad,
  Timing,
} from '../contract.ts'
import { packageVersion } from '../package-version.ts'
import { createTally, type Tally } from '../tally.ts'

/*
 * A task is a workflow without steps: its input and its end are stored, which is the least that DBOS
 * can be asked to do and still call durable. Registrations are global to a process in DBOS, so the
 * counters that the functions use are too.
 */
let tally: Tally = createTally(0)
let clock = createChainClock()

const task = DBOS.registerWorkflow(
  async (ms: number) => {
    if (ms > 0) await delay(ms)
    tally.add()
  },
  { name: 'task' },
)

const link = DBOS.registerWorkflow(
  async (chain: number) => {
    clock.begin(chain)
    clock.end(chain)
  },
  { name: 'link' },
)

const chain = DBOS.registerWorkflow(
  async (number: number, length: number) => {
    for (let index = 0; index < length; index += 1) await link(number)
  },
  { name: 'chain' },
)

// A parent that awaits child workflows is how DBOS says "after". It awaits whole layers, because the
// order in which a workflow starts its children must be the same in a replay. It calls them
// itself: through the queue, 5,000 children took minutes.
const graph = DBOS.registerWorkflow(
  async ({ layers, width }: GraphLoad) => {
    for (let layer = 0; layer < layers; layer += 1) {
      await Promise.all(Array.from({ length: width }, () => task(0)))
    }
  },
  { name: 'graph' },
)

const queueName = 'tasks'

/*
 * Of the settings tried on a 2-core machine with 5,000 tasks (200 at once or no limit; a poll every
 * 50, 100 or 1,000 ms; pools of 4, 10, 20, 30), these were the fastest: 930 a second against 350 to
 * 890. The default poll of 1,000 ms would also cost the sleepers half a second each.
 */
const advisedConcurrency = 200
const pollMs = 50
const poolSize = 10

async function start(context: BenchContext): Promise<RunningPeer> {
  const url = await context.createDatabase('dbos')
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: url,
    systemDatabasePoolSize: poolSize,
    applicationVersion: '1',
    logLevel: 'error',
  })
  await DBOS.launch()
  await DBOS.registerQueue(queueName, {
    workerConcurrency: context.slots ?? advisedConcurrency,
    minPollingIntervalMs: pollMs,
  })
  await queuePolled()

  // A workflow function returns before its status is stored: the table tells when all of them are.
  const allCommitted = async (): Promise<void> => {
    const query = `select 1 from dbos.workflow_status where status <> 'SUCCESS' limit 1`
    while ((await pool.query(query)).rowCount !== 0) await delay(2)
  }

  return {
    tasks: async ({ count, ms }: TaskLoad): Promise<Timing> => {
      tally = createTally(count)
      const begun = performance.now()
      const enqueue = () => DBOS.startWorkflow(task, { queueName })(ms)
      await Promise.all(Array.from({ length: count }, enqueue))
      const enqueuedMs = performance.now() - begun
      const remaining = tally.remaining()
      await tally.finished
      await allCommitted()
      return { enqueuedMs, remaining, totalMs: performance.now() - begun }
    },
    graph: async (load: GraphLoad): Promise<Timing> => {
      tally = createTally(load.layers * load.width)
      const begun = performance.now()
      const handle = await DBOS.startWorkflow(graph)(load)
      const enqueuedMs = performance.now() - begun
      const remaining = tally.remaining()
      await handle.getResult()
      return { enqueuedMs, remaining, totalMs: performance.now() - begun }
    },
    chains: async ({ chains, length }: ChainLoad): Promise<readonly number[]> => {
      clock = createChainClock()
      const run = (_: unknown, number: number) => chain(number, length)
      await Promise.all(Array.from({ length: chains }, run))
      return clock.latencies()
    },
    stop: async () => {
      await DBOS.shutdown()
      await pool.end()
    },
  }
}

// The dispatcher finds a new queue within a second: a first task waits until it has.
async function queuePolled(): Promise<void> {
  tally = createTally(1)
  await (await DBOS.startWorkflow(task, { queueName })(0)).getResult()
}

export const dbos: Peer = {
  name: 'DBOS',
  version: packageVersion('@dbos-inc/dbos-sdk'),
  store: 'the same PostgreSQL',
  available: async () => true,
  start,
}
