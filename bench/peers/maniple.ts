import { setTimeout as delay } from 'node:timers/promises'
import manifest from '../../package.json' with { type: 'json' }
import { type Database, openDatabase } from '../../src/database/index.ts'
import { Engine, type NewRun, type NewTask, type Perform } from '../../src/engine/index.ts'
import { createChainClock } from '../chain-clock.ts'
import { cloneFinishedRun } from '../clone-finished-run.ts'
import type {
  BenchContext,
  ChainLoad,
  GraphLoad,
  Peer,
  RunningPeer,
  TaskLoad,
  Timing,
} from '../contract.ts'
import { createTally, type Tally } from '../tally.ts'

export type RunningManiple = RunningPeer & {
  /** Fills the database with finished tasks, in runs of `runWidth`. */
  readonly fillFinished: (tasks: number) => Promise<void>
  /** Queues no-op tasks while no worker runs, then times how long one takes to do them all. */
  readonly drain: (tasks: number) => Promise<Timing>
}

const agent = 'bench'
/** More slots than this brought nothing for tasks that end at once. */
const flatSlots = 500
const laneCapacity = 200
const runWidth = 5_000
const poolSize = 4

const plainTask = {
  type: 'bench',
  agent,
  priority: 'medium',
  complexity: 'low',
  dependsOn: [],
  lanes: [],
  timeoutMs: 600_000,
  maxRetries: 0,
} as const

function task(key: string, ms: number, more: Partial<NewTask> = {}): NewTask {
  return { ...plainTask, key, title: key, payload: { ms }, ...more }
}

function newRun(slots: number, tasks: readonly NewTask[], lanes: NewRun['lanes'] = []): NewRun {
  return {
    kind: 'bench',
    title: 'bench',
    agent,
    slots,
    ageingMs: 60_000,
    input: {},
    tasks,
    lanes,
    closing: null,
    simulated: false,
    binding: null,
    idempotency: null,
    parentRun: null,
    repository: null,
    user: null,
  }
}

function layered({ layers, width }: GraphLoad): NewTask[] {
  return Array.from({ length: layers * width }, (_, index) => {
    const layer = Math.floor(index / width)
    const place = index % width
    const above = [place, (place + 1) % width].map((other) => `${layer - 1}-${other}`)
    return task(`${layer}-${place}`, 0, { dependsOn: layer === 0 ? [] : above, lanes: ['bench'] })
  })
}

function chained({ chains, length }: ChainLoad): NewTask[] {
  return Array.from({ length: chains * length }, (_, index) => {
    const chain = index % chains
    const place = Math.floor(index / chains)
    const dependsOn = place === 0 ? [] : [`${chain}-${place - 1}`]
    return task(`${chain}-${place}`, 0, { dependsOn, payload: { ms: 0, chain } })
  })
}

function warn(fields: object, message: string): void {
  const reason = 'err' in fields ? String(fields.err) : JSON.stringify(fields)
  process.stderr.write(`Maniple: ${message}: ${reason}\n`)
}

const log = { info: () => {}, warn, error: warn }

class Session implements RunningManiple {
  readonly #database: Database
  readonly #engine: Engine
  readonly #slots: number
  #tally: Tally = createTally(0)
  #clock = createChainClock()

  constructor(database: Database, slots: number) {
    this.#database = database
    this.#slots = slots
    this.#engine = new Engine({ pool: database.pool, listen: database.listen, log })
  }

  startWorker() {
    return this.#engine.startWorker({
      slots: this.#slots,
      agents: [agent],
      binding: null,
      onlyRun: null,
      perform: this.#perform,
    })
  }

  readonly #perform: Perform = async ({ payload }) => {
    const { chain, ms } = payload
    if (typeof chain === 'number') this.#clock.begin(chain)
    if (typeof ms === 'number' && ms > 0) await delay(ms)
    if (typeof chain === 'number') this.#clock.end(chain)
    this.#tally.add()
    return { kind: 'succeeded', output: {}, cost: {}, simulated: false, cached: false }
  }

  // A task counts when its group commit is through: the run says when the last one is.
  async #allCommitted(): Promise<void> {
    const query = {
      name: 'bench_open',
      text: 'select 1 from maniple.runs where outcome is null limit 1',
    }
    while ((await this.#database.pool.query(query)).rowCount !== 0) await delay(1)
  }

  async #time(run: NewRun): Promise<Timing> {
    this.#tally = createTally(run.tasks.length)
    const begun = performance.now()
    await this.#engine.submit(run)
    const enqueuedMs = performance.now() - begun
    const remaining = this.#tally.remaining()
    await this.#tally.finished
    await this.#allCommitted()
    return { enqueuedMs, remaining, totalMs: performance.now() - begun }
  }

  tasks({ count, ms }: TaskLoad): Promise<Timing> {
    const tasks = Array.from({ length: count }, (_, index) => task(`t${index}`, ms))
    return this.#time(newRun(this.#slots, tasks))
  }

  graph(load: GraphLoad): Promise<Timing> {
    const lanes = [{ name: 'bench', capacity: laneCapacity }]
    return this.#time(newRun(this.#slots, layered(load), lanes))
  }

  async chains(load: ChainLoad): Promise<readonly number[]> {
    this.#clock = createChainClock()
    await this.#time(newRun(this.#slots, chained(load)))
    return this.#clock.latencies()
  }

  async fillFinished(tasks: number): Promise<void> {
    await this.drain(runWidth)
    await cloneFinishedRun(this.#database.pool, Math.ceil(tasks / runWidth) - 1)
  }

  async drain(tasks: number): Promise<Timing> {
    this.#tally = createTally(tasks)
    for (let left = tasks; left > 0; left -= runWidth) {
      const width = Math.min(left, runWidth)
      const list = Array.from({ length: width }, (_, index) => task(`t${index}`, 0))
      await this.#engine.submit(newRun(this.#slots, list))
    }
    const begun = performance.now()
    const worker = await this.startWorker()
    await this.#tally.finished
    await this.#allCommitted()
    const totalMs = performance.now() - begun
    await worker.stop()
    return { enqueuedMs: 0, remaining: tasks, totalMs }
  }

  async stop(): Promise<void> {
    await this.#engine.close()
    await this.#database.close()
  }
}

async function open(context: BenchContext): Promise<Session> {
  const database = await openDatabase({
    databaseUrl: await context.createDatabase('maniple'),
    dataDir: await context.createDirectory('maniple'),
    log,
    poolSize,
  })
  return new Session(database, context.slots ?? flatSlots)
}

/** Without a worker: `drain` starts one when everything is queued. */
export async function openManiple(context: BenchContext): Promise<RunningManiple> {
  return await open(context)
}

export const maniple: Peer = {
  name: 'Maniple',
  version: manifest.version,
  store: 'PostgreSQL, every attempt, edge, lane and event kept',
  available: async () => true,
  start: async (context) => {
    const session = await open(context)
    await session.startWorker()
    // Bound methods: a row takes `graph` and `chains` off the object to see whether they are there.
    return {
      tasks: (load) => session.tasks(load),
      graph: (load) => session.graph(load),
      chains: (load) => session.chains(load),
      stop: () => session.stop(),
    }
  },
}
