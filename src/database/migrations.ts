import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { AppError } from '../shared/index.ts'

type Migration = {
  readonly number: number
  readonly name: string
  readonly sql: string
  /** Hex SHA-256 of the file. */
  readonly checksum: string
}

type Recorded = { readonly number: number; readonly name: string; readonly checksum: string }

// Any constant will do, as long as no other program takes the same advisory lock in our database.
const migrationLock = 7_313_101_604

/** `migrations/` of the package, the same from `src/database/` and from `dist/database/`. */
export const packageMigrations = fileURLToPath(new URL('../../migrations/', import.meta.url))

/** The numbered files of a folder, in order. Gaps and repeats are refused. */
async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
  return Promise.all(
    files.map(async (file, index) => {
      const [, digits, name] = /^(\d{4})-([a-z0-9-]+)\.sql$/.exec(file) ?? []
      if (digits === undefined || name === undefined || Number(digits) !== index + 1) {
        const expected = String(index + 1).padStart(4, '0')
        throw new AppError(
          'internal',
          `Migration ${file} is out of order: expected ${expected}-name.sql`,
        )
      }
      const sql = await readFile(`${folder}/${file}`, 'utf8')
      return {
        number: index + 1,
        name,
        sql,
        checksum: createHash('sha256').update(sql).digest('hex'),
      }
    }),
  )
}

/** The migrations still to apply. Refuses data that is newer than us, or made by an edited file. */
export function pendingMigrations(
  known: readonly Migration[],
  recorded: readonly Recorded[],
): readonly Migration[] {
  const newest = Math.max(0, ...recorded.map((row) => row.number))
  if (newest > known.length) {
    throw new AppError(
      'database_newer',
      `The database is at migration ${newest}, this Maniple knows ${known.length}: upgrade Maniple`,
    )
  }
  for (const row of recorded) {
    const migration = known[row.number - 1]
    if (migration !== undefined && migration.checksum !== row.checksum) {
      throw new AppError(
        'database_edited',
        `Migration ${row.number} (${row.name}) was edited after it was applied: restore the file and add a new migration`,
      )
    }
  }
  const done = new Set(recorded.map((row) => row.number))
  return known.filter((migration) => !done.has(migration.number))
}

async function recordedMigrations(client: pg.ClientBase): Promise<readonly Recorded[]> {
  const exists = await client.query<{ found: boolean }>(
    `select to_regclass('maniple.migrations') is not null as found`,
  )
  if (exists.rows[0]?.found !== true) return []
  const { rows } = await client.query<Recorded>(
    'select number, name, checksum from maniple.migrations order by number',
  )
  return rows
}

function migrationFailure({ number, name }: Migration, cause: unknown): AppError {
  const detail = cause instanceof Error ? cause.message : String(cause)
  const file = `${String(number).padStart(4, '0')}-${name}`
  return new AppError('internal', `Migration ${file} failed: ${detail}`, { cause })
}

async function apply(client: pg.ClientBase, migration: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(migration.sql)
    await client.query(
      'insert into maniple.migrations (number, name, checksum) values ($1, $2, $3)',
      [migration.number, migration.name, migration.checksum],
    )
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw migrationFailure(migration, error)
  }
}

const journal = `
  create schema if not exists maniple;
  create table if not exists maniple.migrations (
    number integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now()
  )`

/**
 * Applies what is missing, each file in a transaction, and returns how many were. Any number of
 * processes may call it at once: an advisory lock lets one work while the others wait.
 */
export async function migrate(pool: pg.Pool, folder: string): Promise<number> {
  const known = await readMigrations(folder)
  const client = await pool.connect()
  try {
    if (pendingMigrations(known, await recordedMigrations(client)).length === 0) return 0
    await client.query('select pg_advisory_lock($1)', [migrationLock])
    try {
      await client.query(journal)
      const pending = pendingMigrations(known, await recordedMigrations(client))
      for (const migration of pending) await apply(client, migration)
      return pending.length
    } finally {
      await client.query('select pg_advisory_unlock($1)', [migrationLock])
    }
  } finally {
    client.release()
  }
}
