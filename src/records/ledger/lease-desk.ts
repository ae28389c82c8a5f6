import type { Pool } from 'pg'
import type { Account } from '../../contracts/index.ts'
import { isConnectionError, withRetry } from '../../resilience/index.ts'
import { AppError, type Log, type ProcessPlace } from '../../shared/index.ts'
import { Chunk } from './chunk.ts'
import type { Need } from './claim.ts'
import { joinHolders, leaveHolders } from './holder-rows.ts'
import { collectLease, type LeaseBatch } from './lease-batch.ts'
import { type LeaseAnswer, type LeaseRefusal, lease } from './lease-rows.ts'
import type { RefusedNeed, Waiting } from './waiting.ts'

export type LeaseDeskOptions = {
  readonly pool: Pool
  readonly log: Log
  readonly place: ProcessPlace
  readonly newId: () => string
  /** Milliseconds that never jump. */
  readonly monotonic: () => number
  readonly databaseNow: () => Date | null
  /** Without a renewal for so long, chunks are not used any more. */
  readonly leaseMs: number
  /** What has lain unused for so long is given back. */
  readonly idleMs: number
}

const mostTries = 6

/**
 * A process's chunks, and its one line to the ledger: leases, renewals and what goes back share
 * transactions, one at a time; what comes up while one is under way shares the next.
 */
export class LeaseDesk {
  readonly #options: LeaseDeskOptions
  readonly #chunks = new Map<string, Chunk>()
  readonly #refills = new Set<Chunk>()
  readonly #returns = new Set<Chunk>()
  readonly #stopping = new AbortController()
  #waiting: Waiting[] = []
  #isBeatDue = false
  #holder: string | null = null
  #seq = 0
  #validUntil = Number.NEGATIVE_INFINITY
  #pumping: Promise<void> | null = null

  constructor(options: LeaseDeskOptions) {
    this.#options = options
  }

  /** Under which chunks are held; null before the first lease. */
  get holder(): string | null {
    return this.#holder
  }

  /** Reserves from the chunks, all or nothing. */
  take(needs: readonly Need[]): boolean {
    const now = this.#options.monotonic()
    if (now >= this.#validUntil) return false
    for (const { account, micros } of needs) {
      const chunk = this.#chunks.get(account.id)
      chunk?.configure(account)
      if (chunk === undefined || !chunk.covers(micros)) return false
    }
    for (const need of needs) {
      const chunk = this.#chunkFor(need.account)
      chunk.use(need.micros, now)
      if (chunk.shouldRefill(now)) {
        this.#refills.add(chunk)
        this.#wake()
      }
    }
    return true
  }

  /** Reserves with the next lease. Resolves to null, or to what refused it. */
  async ask(needs: readonly Need[]): Promise<RefusedNeed | null> {
    for (const { account } of needs) this.#chunkFor(account).configure(account)
    const { promise, resolve, reject } = Promise.withResolvers<RefusedNeed | null>()
    this.#waiting.push({ needs, resolve, reject })
    this.#wake()
    return await promise
  }

  /** A reservation of these accounts is settled or released. */
  close(accounts: readonly string[]): void {
    for (const id of accounts) {
      const chunk = this.#chunks.get(id)
      if (chunk !== undefined) chunk.open -= 1
    }
  }

  /** Somebody else was refused: gives back what is idle. */
  giveBack(id: string): void {
    const chunk = this.#chunks.get(id)
    if (chunk === undefined || chunk.idle === 0) return
    this.#returns.add(chunk)
    this.#wake()
  }

  /** Renews, and gives back what lies unused. */
  async beat(): Promise<void> {
    if (this.#holder === null) return
    this.#isBeatDue = true
    this.#wake()
    await this.settled()
  }

  async settled(): Promise<void> {
    while (this.#pumping !== null) await this.#pumping
  }

  /** Gives everything back that is not reserved, and leaves. */
  async leave(): Promise<void> {
    await this.settled()
    for (const id of this.#chunks.keys()) this.giveBack(id)
    await this.settled()
    this.#stopping.abort()
    if (this.#holder !== null) await leaveHolders(this.#options.pool, this.#holder)
  }

  #chunkFor(account: Account): Chunk {
    const known = this.#chunks.get(account.id)
    if (known !== undefined) return known
    const chunk = new Chunk(account, this.#options.monotonic())
    this.#chunks.set(account.id, chunk)
    return chunk
  }

  #wake(): void {
    this.#pumping ??= this.#pump()
  }

  async #pump(): Promise<void> {
    // Calls of the same turn of the event loop go together.
    await null
    while (this.#hasWork()) await this.#turn()
    this.#pumping = null
  }

  #hasWork(): boolean {
    return (
      this.#waiting.length > 0 ||
      this.#refills.size > 0 ||
      this.#returns.size > 0 ||
      this.#isBeatDue
    )
  }

  async #turn(): Promise<void> {
    let batch: LeaseBatch | null = null
    try {
      const holder = this.#holder ?? (await this.#join())
      batch = this.#collect()
      const answer = await this.#lease(holder, batch)
      if (answer.fenced) this.#startOver(batch)
      else this.#apply(batch, answer)
    } catch (error) {
      this.#fail(batch, error)
    }
  }

  async #join(): Promise<string> {
    const { pool, place, newId, databaseNow } = this.#options
    const id = newId()
    await this.#retried(() => joinHolders(pool, id, { place, now: databaseNow() }))
    this.#holder = id
    this.#seq = 0
    return id
  }

  #collect(): LeaseBatch {
    const now = this.#options.monotonic()
    const batch = collectLease({
      now,
      waiting: this.#waiting,
      refills: this.#refills,
      returns: this.#returns,
      beat: this.#isBeatDue
        ? { chunks: this.#chunks.values(), idleMs: this.#options.idleMs }
        : null,
      chunkFor: (account) => this.#chunkFor(account),
    })
    this.#waiting = this.#waiting.slice(batch.waiting.length)
    this.#refills.clear()
    this.#returns.clear()
    this.#isBeatDue = false
    return batch
  }

  /** Every try says the whole state under a number of its own, so that it may follow any other. */
  async #lease(holder: string, batch: LeaseBatch): Promise<LeaseAnswer> {
    const { pool, monotonic, databaseNow, leaseMs } = this.#options
    const { lines, asks, forget } = batch
    return await this.#retried(async () => {
      const begun = monotonic()
      this.#seq += 1
      const request = { holder, seq: this.#seq, now: databaseNow(), lines, asks, forget }
      const answer = await lease(pool, request)
      // Counted from before it was asked: earlier than whatever the database counts from.
      if (!answer.fenced) this.#validUntil = begun + leaseMs
      return answer
    })
  }

  #apply(batch: LeaseBatch, answer: LeaseAnswer): void {
    const now = this.#options.monotonic()
    for (const [index, { chunk, account }] of batch.lines.entries()) {
      const granted = answer.granted[index] ?? 0
      chunk.granted += BigInt(granted)
      chunk.idle += granted
      if (chunk.account === account) chunk.mustAsk = false
    }
    for (const [index, { needs, resolve }] of batch.waiting.entries()) {
      const refused = answer.refused[index] ?? null
      if (refused === null) {
        for (const { account, micros } of needs) this.#chunkFor(account).use(micros, now)
        resolve(null)
      } else {
        resolve(refusedNeed(batch, needs, refused))
      }
    }
    for (const id of answer.forgotten) this.#chunks.delete(id)
  }

  /** Given up by others: its chunks are gone, and it goes on under a new id. */
  #startOver(batch: LeaseBatch): void {
    this.#options.log.warn({ holder: this.#holder }, 'ledger chunks were given up: starting over')
    this.#holder = null
    this.#validUntil = Number.NEGATIVE_INFINITY
    this.#chunks.clear()
    this.#refills.clear()
    this.#returns.clear()
    this.#waiting = [...batch.waiting, ...this.#waiting]
  }

  #fail(batch: LeaseBatch | null, error: unknown): void {
    const { log } = this.#options
    const isUnreachable = isConnectionError(error)
    const failure = isUnreachable
      ? new AppError('database_unavailable', 'The ledger cannot be reached', { cause: error })
      : error
    log[isUnreachable ? 'warn' : 'error']({ err: error }, 'no lease from the ledger')
    // Whether it was written is not known; what is idle there comes back with the next lease.
    for (const { chunk } of batch?.lines ?? []) chunk.mustAsk = true
    const waiting = batch?.waiting ?? this.#waiting.splice(0)
    for (const { reject } of waiting) reject(failure)
    if (batch === null) {
      this.#isBeatDue = false
      this.#refills.clear()
      this.#returns.clear()
    }
  }

  #retried<T>(attempt: () => Promise<T>): Promise<T> {
    return withRetry(attempt, { signal: this.#stopping.signal, retries: mostTries - 1 })
  }
}

function refusedNeed(
  batch: LeaseBatch,
  needs: readonly Need[],
  refused: LeaseRefusal,
): RefusedNeed {
  const id = batch.lines[refused.line]?.chunk.id
  const need = needs.find(({ account }) => account.id === id)
  if (need === undefined) throw new AppError('internal', `The ledger refused for account ${id}`)
  return { ...refused, ...need }
}
