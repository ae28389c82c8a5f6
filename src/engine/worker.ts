import type { Pool } from 'pg'
import { isConnectionError, withRetry } from '../resilience/index.ts'
import { type Log, newId } from '../shared/index.ts'
import { type Attempt, beginAttempt } from './attempt.ts'
import { commitBatch } from './commit-batch.ts'
import type { ClaimedTask, Completion, Perform } from './engine-types.ts'
import type { ProcessPlace } from './process-place.ts'
import type { StepResult } from './step.ts'
import { heartbeat, isStillOurs, joinWorkers, leaveWorkers } from './worker-rows.ts'

export type WorkerTimes = {
  readonly pollMs: number
  readonly heartbeatMs: number
  /** A worker not heard of for so long is lost. */
  readonly lostMs: number
  /** How long an agent may take to settle after it was told to stop. */
  readonly graceMs: number
}

export type WorkerOptions = {
  readonly slots: number
  /** Names of the agents it can perform. */
  readonly agents: readonly string[]
  readonly binding: string | null
  /** Performs only this run; null: everybody's. */
  readonly onlyRun: string | null
  readonly perform: Perform
}

type WorkerParts = WorkerOptions & {
  readonly pool: Pool
  readonly place: ProcessPlace
  readonly times: WorkerTimes
  readonly log: Log
  readonly random: () => number
}

/** Most completions that one commit takes; more wait for the next, a few milliseconds later. */
const batchLimit = 2000
/** Two beats decide what is missing; one more in case the first met a commit under way. */
const looksAfterLoss = 3
const nothingMissing = { keys: new Set<string>(), commits: 0 }

/** How long others get to take what was left for them. */
const sparedMs = 25

/**
 * Claims tasks, performs them and commits what came of them, as many at a time as it has slots. One
 * commit is under way at a time: what ends meanwhile goes down together in the next.
 */
export class Worker {
  #id = newId()
  readonly #parts: WorkerParts
  readonly #attempts = new Map<number, Attempt>()
  #ended: Completion[] = []
  /** What the commit under way writes: ended, and not yet known to be written. */
  #committing: readonly Completion[] = []
  #commitsBegun = 0
  #commitsDone = 0
  /** Attempts that the last beat found recorded as ours and unknown here. */
  #missing: { readonly keys: ReadonlySet<string>; readonly commits: number } = nothingMissing
  /** Ids under which this worker gave up; what they hold is given back. */
  #abandoned: string[] = []
  /** How many more beats look for claims whose answer was lost. */
  #looks = 0
  #pumping = false
  #again = false
  /** The next step may take what others were offered and did not take. */
  #greedy = false
  #accepting = true
  #lastBeat = performance.now()
  readonly #stopping = new AbortController()
  #due: NodeJS.Timeout | undefined
  #offered: NodeJS.Timeout | undefined
  readonly #timers: NodeJS.Timeout[] = []
  #beating: Promise<void> | null = null

  constructor(parts: WorkerParts) {
    this.#parts = parts
  }

  get id(): string {
    return this.#id
  }

  get performing(): number {
    return this.#attempts.size
  }

  async start(): Promise<void> {
    const { times } = this.#parts
    await this.#join()
    this.#timers.push(
      setInterval(() => this.poke(), times.pollMs),
      setInterval(() => this.beat(), times.heartbeatMs),
    )
    this.poke()
  }

  /** Looks for work soon; cheap to call often. */
  poke(): void {
    if (this.#pumping) this.#again = true
    else void this.#pump()
  }

  /** There is work, a hint says: of use only to a worker with a free place. */
  hint(): void {
    if (this.#attempts.size < this.#parts.slots) this.poke()
  }

  beat(): void {
    this.#beating ??= this.#beat().finally(() => {
      this.#beating = null
    })
  }

  /** Stops claiming, gives back what is not done, and leaves. */
  async stop(): Promise<void> {
    this.#accepting = false
    for (const attempt of this.#attempts.values()) attempt.stop('released')
    await Promise.all([...this.#attempts.values()].map((attempt) => attempt.ended))
    while (this.#pumping || this.#ended.length > 0) {
      this.poke()
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (performance.now() - this.#lastBeat > this.#parts.times.lostMs) break
    }
    this.#stopping.abort()
    for (const timer of this.#timers) clearInterval(timer)
    clearTimeout(this.#due)
    clearTimeout(this.#offered)
    await this.#beating
    try {
      await leaveWorkers(this.#parts.pool, this.#id)
    } catch (error) {
      // Recovery does the same a little later.
      this.#parts.log.warn({ err: error, worker: this.#id }, 'worker could not sign off')
    }
  }

  async #join(): Promise<void> {
    const { pool, place, slots, agents, binding, onlyRun } = this.#parts
    const row = { id: this.#id, slots, agents, binding, onlyRun }
    await withRetry(() => joinWorkers(pool, row, place), { signal: this.#stopping.signal })
    this.#lastBeat = performance.now()
  }

  async #pump(): Promise<void> {
    this.#pumping = true
    try {
      do {
        this.#again = false
        const progressed = await this.#commit()
        if (progressed) this.#again = true
      } while (this.#again || this.#ended.length > 0)
    } catch (error) {
      if (!this.#stopping.signal.aborted) {
        this.#parts.log.error({ err: error, worker: this.#id }, 'worker commit failed')
      }
    } finally {
      this.#pumping = false
    }
  }

  /** One group commit; true when there is reason to come again at once. */
  async #commit(): Promise<boolean> {
    const { pool, slots, log } = this.#parts
    const batch = this.#ended.splice(0, batchLimit)
    this.#committing = batch
    this.#commitsBegun += 1
    const performing = this.#attempts.size
    const free = this.#accepting ? Math.max(0, slots - performing) : 0
    const isFair = !this.#greedy
    this.#greedy = false
    const result = await this.#withDatabase(batch, () =>
      commitBatch(pool, this.#id, { batch, performing, free, isFair }),
    ).finally(() => {
      this.#committing = []
    })
    this.#commitsDone = this.#commitsBegun
    if (result.fenced) {
      await this.#rejoin('the database gave its tasks to others')
      return true
    }
    if (result.refused.length > 0) {
      log.warn(
        { worker: this.#id, tasks: result.refused },
        'results refused: attempts were fenced off',
      )
    }
    for (const claimed of result.claimed) this.#begin(claimed)
    this.#schedule(result)
    return result.more && (batch.length > 0 || result.claimed.length > 0)
  }

  /** A connection error keeps the batch and tries again; the answer to a claim may have been lost. */
  async #withDatabase(batch: Completion[], commit: () => Promise<StepResult>): Promise<StepResult> {
    let wasLost = false
    const { log } = this.#parts
    try {
      const result = await withRetry(commit, {
        signal: this.#stopping.signal,
        isRetryable: (error) => {
          if (!isConnectionError(error)) return false
          if (!wasLost) log.warn({ err: error, worker: this.#id }, 'database lost, trying again')
          wasLost = true
          this.#looks = looksAfterLoss
          return true
        },
      })
      if (wasLost) this.beat()
      return result
    } catch (error) {
      this.#ended.unshift(...batch)
      throw error
    }
  }

  #schedule(result: StepResult): void {
    clearTimeout(this.#due)
    if (!this.#accepting) return
    if (result.spared) {
      // Not put off by later steps: what nobody takes must not be left lying.
      this.#offered ??= setTimeout(() => {
        this.#offered = undefined
        this.#greedy = true
        this.poke()
      }, sparedMs)
    }
    if (result.nextMs !== null) {
      this.#due = setTimeout(() => this.poke(), Math.min(Math.max(result.nextMs, 1), 60_000))
    }
  }

  #begin(claimed: ClaimedTask): void {
    // What a worker that stops does not begin, it gives back when it leaves.
    if (!this.#accepting || this.#attempts.has(claimed.task)) return
    const { perform, random, times, pool } = this.#parts
    const worker = this.#id
    const attempt = beginAttempt(claimed, {
      perform,
      random,
      graceMs: times.graceMs,
      stillOurs: () => isStillOurs(pool, worker, claimed),
    })
    this.#attempts.set(claimed.task, attempt)
    void attempt.ended.then((completion) => {
      if (this.#attempts.get(claimed.task) === attempt) this.#attempts.delete(claimed.task)
      if (completion === null || worker !== this.#id) return
      this.#ended.push(completion)
      // In the next turn of the loop, so that all that ends in this one shares a commit.
      setImmediate(() => this.poke())
    })
  }

  async #beat(): Promise<void> {
    const { pool, times, log } = this.#parts
    const attempts = new Map(this.#attempts)
    const held = [...attempts.values()].map(({ claimed }) => claimed)
    // Ended but not yet written: still ours in the database, and not missing.
    const known = [...held, ...this.#ended, ...this.#committing]
    const worker = this.#id
    const lost = this.#lostClaims()
    try {
      const isLooking = this.#looks > 0
      const beat = await heartbeat(pool, worker, { held: known, isLooking })
      this.#looks = Math.max(0, this.#looks - 1)
      this.#lastBeat = performance.now()
      if (worker !== this.#id) return
      if (!beat.alive) return await this.#rejoin('the database did not know it any more')
      for (const task of beat.stop) {
        const attempt = this.#attempts.get(task)
        // By now the task may be performed under another number, which the answer is not about.
        if (attempt === attempts.get(task)) attempt?.stop('cancelled')
      }
      const { missing } = beat
      for (const claimed of missing) if (lost.has(keyOf(claimed))) this.#begin(claimed)
      this.#missing = { keys: new Set(missing.map(keyOf)), commits: this.#commitsBegun }
    } catch (error) {
      log.warn({ err: error, worker }, 'heartbeat failed')
      if (performance.now() - this.#lastBeat > (times.lostMs * 2) / 3) {
        this.#abandon()
        // Under its old id it would be given the same attempts again, which it has stopped.
        this.#abandoned.push(this.#id)
        this.#id = newId()
      }
    }
  }

  /**
   * What the last beat missed and no commit explains: each commit that may have claimed it is done,
   * so its answer was lost on the way.
   */
  #lostClaims(): ReadonlySet<string> {
    const { keys, commits } = this.#missing
    return this.#commitsDone >= commits ? keys : nothingMissing.keys
  }

  /** Others may have our tasks by now: what runs here is stopped and nothing of it is written. */
  #abandon(): void {
    for (const attempt of this.#attempts.values()) attempt.stop('fenced')
    this.#ended = []
  }

  async #rejoin(reason: string): Promise<void> {
    const { log } = this.#parts
    log.warn({ worker: this.#id, reason }, 'worker starts afresh under a new id')
    this.#abandon()
    this.#id = newId()
    await this.#join()
    for (const id of this.#abandoned.splice(0)) await leaveWorkers(this.#parts.pool, id)
  }
}

const keyOf = ({ task, attempt }: ClaimedTask): string => `${task} ${attempt}`
