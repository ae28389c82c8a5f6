import type { Pool } from 'pg'
import { isConnectionError, withRetry } from '../resilience/index.ts'
import { type JsonObject, type Log, newId, type ProcessPlace } from '../shared/index.ts'
import { type Attempt, beginAttempt } from './attempt.ts'
import { commitBatch } from './commit-batch.ts'
import type { ClaimedTask, Completion, Perform } from './engine-types.ts'
import { keep } from './keep-records.ts'
import type { StepResult } from './step.ts'
import { takeWay } from './take-way.ts'
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
  /**
   * What `Way.choice` may be for it to take a task that way: other processes may know models that this
   * one does not. Default: whatever there is.
   */
  readonly choices?: readonly string[] | undefined
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
  /** SQL function that writes what performers keep; null where there is none. */
  readonly keepRecords: string | null
  /** Told of each attempt whose end is committed. */
  readonly observe: (kind: Completion['kind']) => void
}

/** Most completions that one commit takes; more wait for the next, a few milliseconds later. */
const batchLimit = 2000
/** Most tasks that one commit claims, so that a second can be under way while these begin. */
const claimLimit = 500
/** The database works on one commit while this process begins what the other brought. */
const maxCommits = 2
/** From so much on a second commit pays: a small one waits, and goes down with the next. */
const muchWork = 100
/** Two beats decide what is missing; one more in case the first met a commit under way. */
const looksAfterLoss = 3
const nothingMissing = { keys: new Set<string>(), commits: 0 }

/** How long a worker that stops tries to write what it has. */
const leaveMs = 3000
/** How long others get to take what was left for them. */
const sparedMs = 25

type Commit = { readonly number: number; readonly batch: Completion[]; readonly free: number }

/**
 * Claims tasks, performs them and commits what came of them, as many at a time as it has slots. What
 * ends while a commit is under way goes down together in the next.
 */
export class Worker {
  #id = newId()
  readonly #parts: WorkerParts
  readonly #attempts = new Map<number, Attempt>()
  #ended: Completion[] = []
  /** Commits under way. What they write has ended, and is not yet known to be written. */
  readonly #commits = new Set<Commit>()
  #commitsBegun = 0
  /** Attempts that the last beat found recorded as ours and unknown here. */
  #missing: { readonly keys: ReadonlySet<string>; readonly commits: number } = nothingMissing
  /** Ids under which this worker gave up; what they hold is given back. */
  #abandoned: string[] = []
  /** How many more beats look for claims whose answer was lost. */
  #looks = 0
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
    this.#again = true
    this.#launch()
  }

  /** There is work, a hint says: of use only to a worker with a free place. */
  hint(): void {
    if (this.#attempts.size < this.#parts.slots) this.poke()
  }

  beat(): void {
    // Not left to the answer: a connection that has gone silent gives none, not even an error.
    if (performance.now() - this.#lastBeat > (this.#parts.times.lostMs * 2) / 3) this.#giveUp()
    this.#beating ??= this.#beat().finally(() => {
      this.#beating = null
    })
  }

  /** Stops claiming, gives back what is not done, and leaves. */
  async stop(): Promise<void> {
    this.#accepting = false
    for (const attempt of this.#attempts.values()) attempt.stop('released')
    await Promise.all([...this.#attempts.values()].map((attempt) => attempt.ended))
    // What a database that is gone does not take, recovery gives back later.
    const patience = performance.now() + leaveMs
    while ((this.#commits.size > 0 || this.#ended.length > 0) && performance.now() < patience) {
      this.poke()
      await new Promise((resolve) => setTimeout(resolve, 5))
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
    const { pool, place, slots, agents, choices = null, binding, onlyRun } = this.#parts
    const row = { id: this.#id, slots, agents, choices, binding, onlyRun }
    await withRetry(() => joinWorkers(pool, row, place), { signal: this.#stopping.signal })
    this.#lastBeat = performance.now()
  }

  /** Begins as many commits as there is reason for; see `maxCommits`. */
  #launch(): void {
    const isReason = this.#again || this.#ended.length > 0
    const isMuch = this.#ended.length >= muchWork || (this.#again && this.#room() >= muchWork)
    const isFree = this.#commits.size === 0 ? isReason : isMuch
    if (isFree && this.#commits.size < maxCommits) void this.#commit()
  }

  /** Places for further tasks, less those that a commit under way may fill. */
  #room(): number {
    if (!this.#accepting) return 0
    let taken = this.#attempts.size
    for (const commit of this.#commits) taken += commit.free
    return Math.max(0, this.#parts.slots - taken)
  }

  /** One group commit, and what follows from it. */
  async #commit(): Promise<void> {
    this.#again = false
    this.#commitsBegun += 1
    const worker = this.#id
    const batch = this.#ended.splice(0, batchLimit)
    const performing = this.#parts.slots - this.#room()
    const free = Math.min(this.#room(), claimLimit)
    const commit: Commit = { number: this.#commitsBegun, batch, free }
    this.#commits.add(commit)
    const isFair = !this.#greedy
    const { pool, keepRecords } = this.#parts
    this.#greedy = false
    try {
      const result = await this.#withDatabase(() =>
        commitBatch(pool, worker, { batch, performing, free, isFair, keepRecords }),
      )
      this.#commits.delete(commit)
      for (const { kind } of batch) this.#parts.observe(kind)
      await this.#follow(worker, commit, result)
      this.#launch()
    } catch (error) {
      this.#commits.delete(commit)
      this.#ended.unshift(...batch)
      // The next poll tries again.
      if (!this.#stopping.signal.aborted) {
        this.#parts.log.error({ err: error, worker }, 'worker commit failed')
      }
    }
  }

  async #follow(worker: string, commit: Commit, result: StepResult): Promise<void> {
    // By now it goes by a new id: what the old one was given is given back by its leaving.
    if (worker !== this.#id) return
    if (result.fenced) return await this.#rejoin('the database gave its tasks to others')
    const { claimed, refused } = result
    if (refused.length > 0) {
      const fields = { worker, tasks: refused }
      this.#parts.log.warn(fields, 'results refused: attempts were fenced off')
    }
    for (const task of claimed) this.#begin(task)
    this.#schedule(result)
    const isFull = claimed.length > 0 && claimed.length === commit.free
    const isProgress = claimed.length > 0 || commit.batch.length > 0
    if ((isFull && this.#room() > 0) || (result.more && isProgress)) this.#again = true
  }

  /** Tries again on connection errors; the answer to a claim may have been lost then. */
  async #withDatabase(commit: () => Promise<StepResult>): Promise<StepResult> {
    let wasLost = false
    const { log } = this.#parts
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
    const { perform, random, times, pool, keepRecords } = this.#parts
    const worker = this.#id
    const attempt = beginAttempt(claimed, {
      perform,
      random,
      graceMs: times.graceMs,
      stillOurs: () => isStillOurs(pool, worker, claimed),
      takeWay: (choices) => takeWay(pool, worker, { claimed, choices }),
      canKeep: keepRecords !== null,
    })
    this.#attempts.set(claimed.task, attempt)
    void attempt.ended.then((completion) => {
      if (this.#attempts.get(claimed.task) === attempt) this.#attempts.delete(claimed.task)
      if (completion === null || worker !== this.#id) {
        // The result is not ours to write any more; what was spent was spent all the same.
        this.#keepOnly(attempt.records)
        return
      }
      this.#ended.push(completion)
      // In the next turn of the loop, so that all that ends in this one shares a commit.
      setImmediate(() => this.poke())
    })
  }

  #keepOnly(records: readonly JsonObject[]): void {
    const { pool, keepRecords, log } = this.#parts
    if (records.length === 0 || keepRecords === null) return
    keep(pool, keepRecords, records).catch((error: unknown) =>
      log.error({ err: error, records: records.length }, 'records of a fenced attempt were lost'),
    )
  }

  async #beat(): Promise<void> {
    const { pool, times, log } = this.#parts
    const attempts = new Map(this.#attempts)
    const held = [...attempts.values()].map(({ claimed }) => claimed)
    // Ended but not yet written: still ours in the database, and not missing.
    const written = [...this.#commits].flatMap((commit) => commit.batch)
    const known = [...held, ...this.#ended, ...written]
    const worker = this.#id
    const lost = this.#lostClaims()
    try {
      const isLooking = this.#looks > 0
      const beat = await heartbeat(pool, worker, {
        held: known,
        isLooking,
        timeoutMs: times.lostMs,
      })
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
    }
  }

  /**
   * What the last beat missed and no commit explains: each commit that may have claimed it is done,
   * so its answer was lost on the way.
   */
  #lostClaims(): ReadonlySet<string> {
    const { keys, commits } = this.#missing
    const isDone = [...this.#commits].every((commit) => commit.number > commits)
    return isDone ? keys : nothingMissing.keys
  }

  /** Out of touch for so long that others may have its tasks. */
  #giveUp(): void {
    const fields = { worker: this.#id, silentMs: Math.round(performance.now() - this.#lastBeat) }
    this.#parts.log.warn(fields, 'out of touch with the database: attempts are stopped')
    this.#abandon()
    // Under its old id it would be given the same attempts again, which it has stopped.
    this.#abandoned.push(this.#id)
    this.#id = newId()
    this.#lastBeat = performance.now()
  }

  /** Others may have our tasks by now: what runs here is stopped and nothing of it is written. */
  #abandon(): void {
    for (const attempt of this.#attempts.values()) attempt.stop('fenced')
    // Their outcomes no longer count, but what they spent was spent.
    this.#keepOnly(this.#ended.flatMap(({ records }) => records))
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
