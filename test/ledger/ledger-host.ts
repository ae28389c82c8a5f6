import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { Pool } from 'pg'
import type { Account, Refusal, Reservation } from '../../src/contracts/index.ts'
import { createLedger, type Ledger, type LedgerOptions } from '../../src/records/index.ts'
import { type Log, newId, systemClock } from '../../src/shared/index.ts'
import { type TestDatabase, testDatabase } from '../support/test-database.ts'

export type LedgerHost = {
  readonly pool: Pool
  readonly database: TestDatabase
  /** Another process, as it were. Beats only when a test says so, unless given a heartbeat. */
  readonly ledger: (settings?: Partial<LedgerOptions>) => Ledger
}

const hourMs = 3_600_000

/** A database for a test file. */
export async function ledgerHost(): Promise<LedgerHost> {
  const database = await testDatabase()
  const ledgers: Ledger[] = []
  const errors: unknown[] = []
  const log: Log = {
    info: () => undefined,
    warn: () => undefined,
    error: (fields) => void errors.push(fields),
  }
  after(async () => {
    await Promise.all(ledgers.map((ledger) => ledger.close()))
    await database[Symbol.asyncDispose]()
    assert.deepEqual(errors, [])
  })
  const ledger: LedgerHost['ledger'] = (settings = {}) => {
    const made = createLedger({
      pool: database.pool,
      clock: systemClock,
      log,
      longestCallMs: hourMs,
      heartbeatMs: hourMs,
      ...settings,
    })
    ledgers.push(made)
    return made
  }
  return { pool: database.pool, database, ledger }
}

export function capOf(limit: number, settings: Partial<Account> = {}): Account {
  return {
    id: `all:total:usd:${newId()}`,
    unit: 'usd',
    limit,
    perMinute: null,
    periodEnd: null,
    ...settings,
  }
}

export const facts = { runId: 'run', task: 'task' }

export async function reserved(
  ledger: Ledger,
  accounts: readonly Account[],
  amount: number,
): Promise<Reservation> {
  const result = await ledger.reserve(accounts, { usd: amount }, facts)
  assert.equal(result.kind, 'reservation', JSON.stringify(result))
  assert.ok(result.kind === 'reservation')
  return result
}

export async function refused(
  ledger: Ledger,
  accounts: readonly Account[],
  amount: number,
): Promise<Refusal> {
  const result = await ledger.reserve(accounts, { usd: amount }, facts)
  assert.equal(result.kind, 'refusal', JSON.stringify(result))
  assert.ok(result.kind === 'refusal')
  return result
}

type Figures = { readonly spent: number; readonly reserved: number }

export async function figuresOf(ledger: Ledger, account: Account): Promise<Figures> {
  const [found] = await ledger.statement([account.id])
  assert.ok(found !== undefined, `${account.id} has a row`)
  return { spent: found.spent, reserved: found.reserved }
}

/** What migrations/0005 promises of every account; returns what is broken. */
export async function breaches(pool: Pool): Promise<unknown[]> {
  const { rows } = await pool.query<Record<string, unknown>>(
    `select a.id, a.spent, a.reserved, e.spent as entries, c.reserved as chunks
     from maniple.ledger_accounts a,
       lateral (select coalesce(sum(actual - replaced), 0) as spent from maniple.ledger_entries
         where a.id = any (accounts)) e,
       lateral (select coalesce(sum(granted - settled), 0) as reserved from maniple.ledger_chunks
         where account_id = a.id) c
     where a.spent <> e.spent or a.reserved <> c.reserved or a.reserved < 0`,
  )
  return rows
}

/** The same pool behind a wire: `send` runs before a statement of that name, `answer` after it. */
export function wired(
  pool: Pool,
  wire: {
    readonly send?: (name: string) => Promise<void> | void
    readonly answer?: (name: string) => Promise<void> | void
  },
): Pool {
  const query = async (
    given: string | { readonly name: string; text: string },
    values?: unknown[],
  ) => {
    const name = typeof given === 'string' ? given : given.name
    await wire.send?.(name)
    const result = await (typeof given === 'string'
      ? pool.query<Record<string, unknown>>(given, values)
      : pool.query<Record<string, unknown>>(given))
    await wire.answer?.(name)
    return result
  }
  return new Proxy(pool, {
    get: (target, name) => {
      if (name === 'query') return query
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

export const connectionLost = (): Error =>
  Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })

/** A place where a process that ended long ago had lived; nothing here can look there. */
export const elsewhere = { place: 'another machine', pid: 1, startedAt: 'then' }
