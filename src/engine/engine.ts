import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { Page, Run, RunEvent, RunSnapshot, RunState, Task } from '../contracts/index.ts'
import { AppError, type Json, type Log, ownProcessPlace } from '../shared/index.ts'
import type { Completion, NewRun } from './engine-types.ts'
import { Lanes } from './lanes.ts'
import { type ParkedResult, type ParkedTask, readParked, resumeParked } from './parked-rows.ts'
import { createRunTicker, followEvents } from './run-events.ts'
import { readInput, readRun, readRuns } from './run-rows.ts'
import { type Alongside, submitRun } from './submit-run.ts'
import {
  parseTaskCursor,
  readAllTasks,
  readPayloads,
  readResults,
  readTasks,
  type TaskResult,
} from './task-rows.ts'
import { Worker, type WorkerOptions, type WorkerTimes } from './worker.ts'
import { findLostWorkers, recoverWorkers, sweepCounts } from './worker-rows.ts'

/** Hears hints; `onReconnect` is called when some may have been missed. */
export type Listen = (
  channel: string,
  onNotify: (payload: string) => void,
  onReconnect: () => void,
) => Promise<{ readonly close: () => Promise<void> }>

export type EngineOptions = {
  readonly pool: Pool
  /** For what must not wait behind readers: commits, heartbeats, lanes. Default: `pool`. */
  readonly workPool?: Pool
  readonly listen: Listen
  readonly log: Log
  readonly random?: () => number
  /**
   * Name of the SQL function (one json argument, an array) that writes what performers keep, in the
   * commit that ends their attempts. Without it nothing may be kept.
   */
  readonly keepRecords?: string
  /** Told of each attempt whose end is committed. Must not throw. */
  readonly observe?: (kind: Completion['kind']) => void
  readonly times?: Partial<WorkerTimes>
}

export type WorkerHandle = Pick<Worker, 'id' | 'performing' | 'stop'>

const defaultTimes: WorkerTimes = {
  pollMs: 1000,
  heartbeatMs: 2000,
  lostMs: 10_000,
  graceMs: 10_000,
}
const recoverEveryMs = 1000
const sweepEveryMs = 10_000
const tickEveryMs = 100
/** Between two looks whether a run that is being cancelled has ended. */
const settleEveryMs = 50
/** What a run takes to end beyond the grace of its agents. */
const settleMs = 3000

/**
 * Runs, tasks, attempts, lanes and workers over PostgreSQL. Knows nothing of what tasks do. Methods
 * that take a run's id throw `not_found`.
 */
export class Engine {
  readonly #options: EngineOptions
  readonly lanes: Lanes
  readonly #pool: Pool
  readonly #place = ownProcessPlace()
  readonly #workers = new Set<Worker>()
  readonly #ticker
  #hints: Promise<{ readonly close: () => Promise<void> }> | undefined
  readonly #timers: NodeJS.Timeout[] = []
  #upkeep: Promise<void> | null = null

  constructor(options: EngineOptions) {
    this.#options = options
    this.#pool = options.pool
    this.lanes = new Lanes(options.workPool ?? options.pool, options.log)
    this.#ticker = createRunTicker(options.pool, tickEveryMs, (error) =>
      options.log.warn({ err: error }, 'cannot look for events'),
    )
  }

  /** Resolves once the run is committed. */
  async submit(
    run: NewRun,
    alongside?: Alongside,
  ): Promise<{ readonly id: string; readonly created: boolean }> {
    const submitted = await submitRun(this.#pool, run, alongside)
    for (const worker of this.#workers) worker.hint()
    return submitted
  }

  run(id: string): Promise<Run> {
    return readRun(this.#pool, id)
  }

  runs(page: Page & { readonly state?: RunState | undefined }): ReturnType<typeof readRuns> {
    return readRuns(this.#pool, page)
  }

  async tasks(
    id: string,
    page: Page,
  ): Promise<{ readonly tasks: readonly Task[]; readonly next: string | null }> {
    await this.run(id)
    const after = parseTaskCursor(page.cursor)
    const { tasks, next } = await readTasks(this.#pool, id, { after, limit: page.limit })
    return { tasks, next: next === null ? null : String(next) }
  }

  /** Run and tasks as of one moment. */
  async snapshot(id: string): Promise<RunSnapshot> {
    const client = await this.#pool.connect()
    try {
      await client.query('begin isolation level repeatable read, read only')
      const run = await readRun(client, id)
      const tasks = await readAllTasks(client, id)
      await client.query('commit')
      client.release()
      return { seq: run.seq, run, tasks }
    } catch (error) {
      // In the middle of a transaction it is of no use to anybody else.
      client.release(true)
      throw error
    }
  }

  results(id: string, keys: readonly string[] | null): Promise<TaskResult[]> {
    return readResults(this.#pool, id, keys)
  }

  /** One entry of what each task of a run carries for its performer, in the plan's order. */
  payloads(
    id: string,
    entry: string,
  ): Promise<readonly { readonly key: string; readonly value: Json }[]> {
    return readPayloads(this.#pool, id, entry)
  }

  /** One entry of what the run was submitted with; null where it has none. */
  input(id: string, entry: string): Promise<Json> {
    return readInput(this.#pool, id, entry)
  }

  events(id: string, afterSeq: number, signal: AbortSignal): AsyncIterable<RunEvent> {
    return followEvents(this.#pool, this.#ticker, { runId: id, afterSeq, signal })
  }

  /** Unstarted tasks are closed at once; running ones are told to stop. Cancelling twice is harmless. */
  async cancel(id: string): Promise<Run> {
    await this.#pool.query('select maniple.cancel_run($1)', [id])
    for (const worker of this.#workers) worker.beat()
    return await this.run(id)
  }

  /**
   * Runs failed, skipped and cancelled tasks again. `binding` takes over a run whose process is
   * gone. A run that is being cancelled is waited for, as long as agents take to stop. Throws
   * `retry_not_possible` when nothing is to be done again, or the run still goes on.
   */
  async retry(id: string, binding: string | null): Promise<Run> {
    const before = await this.#settled(id)
    const isOver = before.finishedAt !== null
    if (!isOver && binding === null) {
      throw new AppError(
        'retry_not_possible',
        `run ${id} is ${before.state}: wait for it, or cancel it first`,
      )
    }
    // A process that was killed a moment ago must not count as the one that performs the run.
    await this.#recover()
    const result = await this.#pool.query<{ again: number }>(
      'select maniple.retry_run($1, $2) as again',
      [id, binding],
    )
    const again = result.rows[0]?.again ?? 0
    if (again < 0) {
      throw new AppError(
        'retry_not_possible',
        `another process is performing run ${id}: cancel it there, or wait for it`,
      )
    }
    if (isOver && again === 0) {
      throw new AppError(
        'retry_not_possible',
        `run ${id} is ${before.state}: no task of it is left to run again`,
      )
    }
    for (const worker of this.#workers) worker.hint()
    return await this.run(id)
  }

  /** The run, once its cancellation has come to an end where one is under way. */
  async #settled(id: string): Promise<Run> {
    const patience =
      performance.now() + settleMs + (this.#options.times?.graceMs ?? defaultTimes.graceMs)
    for (;;) {
      const run = await this.run(id)
      if (!run.cancelRequested || run.finishedAt !== null) return run
      if (performance.now() > patience) {
        throw new AppError(
          'retry_not_possible',
          `run ${id} is still being cancelled: retry it when it has ended`,
        )
      }
      // The process that performed it may be the one that was killed.
      await this.#recover()
      await delay(settleEveryMs)
    }
  }

  /** The parked tasks of a run, by the numbers that resume them. */
  parked(runId: string): Promise<readonly ParkedTask[]> {
    return readParked(this.#pool, runId)
  }

  /**
   * Ends a parked task, or gives it back to be performed once more, which counts for nothing. False
   * when it was not parked under that attempt (any more).
   */
  resumeParked(
    parked: { readonly task: number; readonly attempt: number },
    result: ParkedResult,
  ): Promise<boolean> {
    return resumeParked(this.#pool, parked, result)
  }

  /** How many workers are alive, of all processes; throws when the database does not answer. */
  async countWorkers(): Promise<number> {
    const result = await this.#pool.query<{ n: number }>(
      'select count(*)::int as n from maniple.workers',
    )
    return result.rows[0]?.n ?? 0
  }

  /** Starts performing; the returned handle's `stop` gives back what is not done. */
  async startWorker(options: WorkerOptions): Promise<WorkerHandle> {
    const { pool, log, random = Math.random, times, keepRecords = null } = this.#options
    const { observe = () => undefined, workPool = pool } = this.#options
    const parts = {
      observe,
      pool: workPool,
      log,
      random,
      keepRecords,
      place: this.#place,
      times: { ...defaultTimes, ...times },
    }
    const worker = new Worker({ ...options, ...parts })
    await this.#keepUp()
    await worker.start()
    this.#workers.add(worker)
    return {
      get id() {
        return worker.id
      },
      get performing() {
        return worker.performing
      },
      stop: async () => {
        this.#workers.delete(worker)
        await worker.stop()
      },
    }
  }

  /** Stops all workers and timers. The pool is the caller's to close. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    this.lanes.stop()
    await Promise.all([...this.#workers].map((worker) => worker.stop()))
    this.#workers.clear()
    await this.#upkeep
    // If listening failed, whoever asked for it was told.
    const hints = await this.#hints?.catch(() => undefined)
    await hints?.close()
  }

  async #keepUp(): Promise<void> {
    if (this.#hints !== undefined) {
      await this.#hints
      return
    }
    this.#hints = this.#options.listen(
      'maniple',
      (payload) => {
        if (payload === 'lanes') void this.lanes.refresh()
        for (const worker of this.#workers) payload === 'cancel' ? worker.beat() : worker.hint()
      },
      () => {
        for (const worker of this.#workers) {
          worker.poke()
          worker.beat()
        }
      },
    )
    try {
      await this.#hints
    } catch (error) {
      // Whoever asks again gets another try.
      this.#hints = undefined
      throw error
    }
    this.#timers.push(
      setInterval(() => this.#maintain(() => this.#recover()), recoverEveryMs),
      setInterval(() => this.#maintain(() => this.#sweep()), sweepEveryMs),
    )
  }

  #maintain(task: () => Promise<void>): void {
    // One at a time: a slow database is not helped by more of the same.
    this.#upkeep ??= task()
      .catch((error: unknown) =>
        this.#options.log.warn({ err: error }, 'upkeep failed, will try again'),
      )
      .finally(() => {
        this.#upkeep = null
      })
  }

  async #recover(): Promise<void> {
    const limit = this.#options.times?.lostMs ?? defaultTimes.lostMs
    // This process runs, so its workers live: after a sleep of the machine they beat again in a moment.
    const own = [...this.#workers].map((worker) => worker.id)
    const lost = await findLostWorkers(this.#pool, this.#place, { limitMs: limit, own })
    if (lost.length === 0) return
    const attempts = await recoverWorkers(this.#pool, lost)
    // One that held nothing is only a name that is struck off.
    if (attempts === 0) return
    this.#options.log.warn({ workers: lost, attempts }, 'workers lost, their tasks are ready again')
    for (const worker of this.#workers) worker.hint()
  }

  async #sweep(): Promise<void> {
    for (const breach of await sweepCounts(this.#pool)) {
      this.#options.log.error({ breach }, 'an invariant was broken and is repaired')
    }
  }
}
