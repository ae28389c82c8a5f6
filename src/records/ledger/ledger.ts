import type { Pool } from 'pg'
import type {
  Account,
  AccountStatement,
  Amounts,
  Refusal,
  Reservation,
  ReservationPart,
  SettlementRecord,
} from '../../contracts/index.ts'
import type { Database } from '../../database/index.ts'
import { withRetry } from '../../resilience/index.ts'
import {
  AppError,
  type Clock,
  type Log,
  newId as newRandomId,
  ownProcessPlace,
  type ProcessPlace,
  storableText,
} from '../../shared/index.ts'
import { type Need, needsOf } from './claim.ts'
import { type Foreseen, foresee } from './foresee.ts'
import { forgetLostHolders, giveUpLostHolders } from './holder-rows.ts'
import { LeaseDesk } from './lease-desk.ts'
import { fromMicros, toMicros } from './micro-units.ts'
import { SettlementWriter } from './settlement-writer.ts'
import { readStatement } from './statement-rows.ts'

export type LedgerOptions = {
  readonly pool: Pool
  /** With it, processes give back at once what is idle when another is refused. */
  readonly listen?: Database['listen']
  readonly clock: Clock
  readonly log: Log
  /** No call takes longer: a process that was silent for so long has none under way. */
  readonly longestCallMs: number
  readonly newId?: () => string
  /** Default: 2 s. */
  readonly heartbeatMs?: number
  /** How long a chunk may lie unused. Default: 3 s. */
  readonly idleMs?: number
  /** Milliseconds that never jump. */
  readonly monotonic?: () => number
  /** Stands in for the database's own time. */
  readonly databaseNow?: () => Date | null
  /** Who this process is to others. */
  readonly place?: ProcessPlace
}

export type CallFacts = { readonly runId: string; readonly task: string }

/** Heartbeats that may fail before chunks are not used any more. */
const missedBeats = 3

export function createLedger(options: LedgerOptions): Ledger {
  return new Ledger(options)
}

/** Caps and rates over any number of processes; see `migrations/0005-ledger.sql` for what it promises. */
export class Ledger implements AsyncDisposable {
  readonly #options: LedgerOptions
  readonly #place: ProcessPlace
  readonly #lostMs: number
  readonly #desk: LeaseDesk
  readonly #writer: SettlementWriter
  readonly #stopping = new AbortController()
  readonly #listening = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #subscription: ReturnType<Database['listen']> | undefined
  readonly #newId: () => string
  #closing: Promise<void> | null = null
  #reservations = 0
  #isBeating = false

  constructor(options: LedgerOptions) {
    const { pool, log, heartbeatMs = 2000, idleMs = 3000, newId = () => newRandomId() } = options
    const leaseMs = heartbeatMs * missedBeats
    this.#options = options
    this.#newId = newId
    this.#place = options.place ?? ownProcessPlace()
    this.#lostMs = Math.max(options.longestCallMs, leaseMs)
    this.#desk = new LeaseDesk({
      ...{ pool, log, leaseMs, idleMs, newId },
      place: this.#place,
      monotonic: options.monotonic ?? (() => performance.now()),
      databaseNow: options.databaseNow ?? (() => null),
    })
    this.#writer = new SettlementWriter(pool, this.#stopping.signal)
    this.#timer = setInterval(() => void this.#beat(), heartbeatMs)
    this.#timer.unref()
    const { listen } = options
    this.#subscription =
      listen === undefined
        ? undefined
        : withRetry(
            () =>
              listen(
                'maniple_ledger',
                (account) => this.#desk.giveBack(account),
                () => undefined,
              ),
            { signal: this.#listening.signal },
          )
    this.#subscription?.catch((err: unknown) =>
      log.warn({ err }, 'the ledger cannot hear of others that are refused'),
    )
  }

  /**
   * Reserves `amounts` in all accounts or in none: at once where this process holds enough of each,
   * else with the next lease. Throws `input_invalid` for amounts that are no amounts, and
   * `database_unavailable`.
   */
  reserve(
    accounts: readonly Account[],
    amounts: Amounts,
    facts: CallFacts,
  ): Reservation | Promise<Reservation | Refusal> {
    if (this.#closing !== null) {
      throw new AppError('shutting_down', 'The ledger is closed: nothing more may be spent')
    }
    const needs = needsOf(accounts, amounts)
    if (needs.length === 0 || this.#desk.take(needs)) return this.#reservation(needs, facts)
    return this.#reserveLater(needs, facts)
  }

  /**
   * What would refuse such a call for longer than calls are under way, without asking for it; null
   * when it may go through.
   */
  async foresee(accounts: readonly Account[], amounts: Amounts): Promise<Refusal | null> {
    const { pool, clock } = this.#options
    const needs = needsOf(accounts, amounts)
    const refused = await withRetry(() => foresee(pool, needs, clock.now()), {
      signal: this.#stopping.signal,
      retries: 5,
    })
    return refused === null ? null : this.#refusal(refused)
  }

  /**
   * What the call cost. Units that `actual` does not name are settled as they were reserved. The record
   * must be written, by `maniple.settle` with the task's completion or by `write`; of two records for
   * one reservation the first written counts.
   */
  settle(reservation: Reservation, actual: Amounts): SettlementRecord {
    const parts = reservation.parts.map((part) => {
      const amount = actual[part.unit]
      return { ...part, actual: amount === undefined ? part.reserved : toMicros(amount, part.unit) }
    })
    if (reservation.holder === this.#desk.holder) {
      for (const { accounts } of parts) this.#desk.close(accounts)
    }
    const { id, holder, runId: run, task } = reservation
    return { reservation: id, holder, run, task, parts }
  }

  /** Nothing was spent. The record must be written, too. */
  release(reservation: Reservation): SettlementRecord {
    return this.settle(
      reservation,
      Object.fromEntries(reservation.parts.map(({ unit }) => [unit, 0])),
    )
  }

  /** Writes settlements that no completion takes along; together with others' where it can. */
  async write(records: readonly SettlementRecord[]): Promise<void> {
    await this.#writer.write(records)
  }

  /** Presumes spent what processes had reserved that are gone. Resolves to how many those were. */
  async recover(): Promise<number> {
    const { pool, log, databaseNow = () => null } = this.#options
    const now = databaseNow()
    const own = this.#desk.holder ?? ''
    const judged = { place: this.#place, own, limitMs: this.#lostMs, now }
    const lost = await giveUpLostHolders(pool, judged)
    if (lost > 0) log.warn({ lost }, 'ledger: what lost processes had reserved is presumed spent')
    await forgetLostHolders(pool, now)
    return lost
  }

  /** The accounts as they stand; those that nothing was reserved of yet are left out. */
  async statement(accountIds: readonly string[]): Promise<readonly AccountStatement[]> {
    return await readStatement(this.#options.pool, accountIds)
  }

  /** Renews this process's chunks and gives back what lies unused; a timer calls it, too. */
  async renew(): Promise<void> {
    await this.#desk.beat()
  }

  /** Gives back what is not reserved. Reservations that are open stay so until they are settled. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #reserveLater(needs: readonly Need[], facts: CallFacts): Promise<Reservation | Refusal> {
    const refused = await this.#desk.ask(needs)
    return refused === null ? this.#reservation(needs, facts) : this.#refusal(refused)
  }

  #reservation(needs: readonly Need[], { runId, task }: CallFacts): Reservation {
    this.#reservations += 1
    const holder = this.#desk.holder ?? this.#newId()
    const id = `${holder}-${this.#reservations}`
    return {
      ...{ kind: 'reservation', id, holder, runId },
      task: storableText(task),
      parts: partsOf(needs),
    }
  }

  #refusal({ account, micros, available, freesMs }: Foreseen): Refusal {
    return {
      kind: 'refusal',
      account,
      unit: account.unit,
      asked: fromMicros(micros),
      available: fromMicros(available),
      frees: freesMs === null ? null : new Date(this.#options.clock.now() + freesMs),
      reason: account.perMinute === null ? 'budget' : 'rate',
    }
  }

  async #beat(): Promise<void> {
    if (this.#isBeating) return
    this.#isBeating = true
    try {
      await this.#desk.beat()
      await this.recover()
    } catch (err) {
      this.#options.log.warn({ err }, 'the ledger could not look for lost processes')
    } finally {
      this.#isBeating = false
    }
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer)
    const { log } = this.#options
    this.#listening.abort()
    const [subscribed] = await Promise.allSettled([this.#subscription])
    if (subscribed.status === 'fulfilled') await subscribed.value?.close()
    await this.#writer.idle()
    try {
      await this.#desk.leave()
    } catch (err) {
      log.warn({ err }, 'the ledger could not be left: others will give this process up')
    }
    this.#stopping.abort()
  }
}

/** One part for each unit. */
function partsOf(needs: readonly Need[]): readonly ReservationPart[] {
  const parts = new Map<string, { unit: string; reserved: number; accounts: string[] }>()
  for (const { account, micros } of needs) {
    const part = parts.get(account.unit)
    if (part === undefined) {
      parts.set(account.unit, { unit: account.unit, reserved: micros, accounts: [account.id] })
    } else part.accounts.push(account.id)
  }
  return [...parts.values()]
}
