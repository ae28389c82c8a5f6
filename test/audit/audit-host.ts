import type { TestContext } from 'node:test'
import type { Pool } from 'pg'
import type { AuditEntry } from '../../src/contracts/index.ts'
import { type Audit, createAudit } from '../../src/records/index.ts'
import { systemClock } from '../../src/shared/index.ts'
import { silentLog } from '../support/silent-log.ts'
import { type TestDatabase, testDatabase } from '../support/test-database.ts'

export const entryOf = (action: string, changes: Partial<AuditEntry> = {}): AuditEntry => ({
  event: 'Test_Happened',
  actor: 'ada',
  repository: 'acme/shop',
  action,
  result: 'SUCCESS',
  details: { Count: 3, Name: 'größer' },
  ...changes,
})

export const newAudit = (pool: Pool): Audit =>
  createAudit({ pool, log: silentLog, clock: systemClock })

/** Appends `count` entries one after another, as many records of the writer's segment. */
export async function fill(audit: Audit, count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) await audit.append([audit.entry(entryOf(`Step${n}`))])
}

export type AuditHost = { readonly database: TestDatabase; readonly pool: Pool }

export async function auditHost(t: TestContext): Promise<AuditHost> {
  const database = await testDatabase(t)
  return { database, pool: database.pool }
}

/** What a superuser can do: no trigger stands in the way. */
export async function asSuperuser(pool: Pool, ...statements: readonly string[]): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query('set local session_replication_role = replica')
    for (const statement of statements) await client.query(statement)
    await client.query('commit')
  } finally {
    client.release()
  }
}
