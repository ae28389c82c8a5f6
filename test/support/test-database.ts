import { createHash } from 'node:crypto'
import { mkdirSync, statSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { type Database, openDatabase } from '../../src/database/index.ts'
import { AppError, newId } from '../../src/shared/index.ts'
import { silentLog } from './silent-log.ts'

const checkout = fileURLToPath(new URL('../../', import.meta.url))
const migrationsFolder = join(checkout, 'migrations')
const templateLock = 7_313_101_605

export type TestDatabase = AsyncDisposable & {
  /** For `openDatabase({ databaseUrl })` and child processes. */
  readonly url: string
  readonly pool: pg.Pool
  /** The open database that `pool` belongs to. */
  readonly database: Database
}

/** One data directory per checkout and user, so that test files share one server. */
function sharedDataDir(): string {
  const checkoutHash = createHash('sha256').update(checkout).digest('hex').slice(0, 12)
  const dataDir = join(tmpdir(), `maniple-test-${process.getuid?.() ?? 'user'}-${checkoutHash}`)
  mkdirSync(join(dataDir, 'no-migrations'), { recursive: true, mode: 0o700 })
  if (statSync(dataDir).uid !== (process.getuid?.() ?? 0)) {
    throw new AppError('database_in_use', `${dataDir} belongs to another user: remove it`)
  }
  return dataDir
}

function openServer(): Promise<Database> {
  // biome-ignore lint/style/noProcessEnv: the one setting of the tests themselves.
  const given = process.env.MANIPLE_TEST_DATABASE_URL
  const dataDir = sharedDataDir()
  return openDatabase({
    ...(given === undefined ? {} : { databaseUrl: given }),
    dataDir,
    log: silentLog,
    poolSize: 2,
    applicationName: 'maniple test server',
    idleStopMs: 10_000,
    // Its own database is only the way in; the schema under test lives in the template.
    migrationsFolder: join(dataDir, 'no-migrations'),
  })
}

let shared: { readonly server: Promise<Database>; users: number } | undefined

async function withServer<T>(work: (server: Database) => Promise<T>): Promise<T> {
  shared ??= { server: openServer(), users: 0 }
  const mine = shared
  mine.users += 1
  try {
    return await work(await mine.server)
  } finally {
    mine.users -= 1
  }
}

/** Lets the server go after its last database, so that a finished test file can end. */
async function leaveServer(): Promise<void> {
  if (shared === undefined || shared.users > 0) return
  const { server } = shared
  shared = undefined
  await (await server).close()
}

function urlOf(server: Database, name: string): string {
  const url = new URL(server.connectionUrl)
  url.pathname = `/${name}`
  return url.href
}

function open(url: string): Promise<Database> {
  return openDatabase({ databaseUrl: url, dataDir: tmpdir(), log: silentLog, migrationsFolder })
}

async function templateName(): Promise<string> {
  const hash = createHash('sha256')
  for (const file of (await readdir(migrationsFolder)).sort()) {
    hash.update(file).update(await readFile(join(migrationsFolder, file)))
  }
  return `maniple_template_${hash.digest('hex').slice(0, 16)}`
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Databases of test processes that were killed. */
async function dropAbandoned(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select datname as name from pg_database where datname ~ '^maniple_test_[0-9]+_'`,
  )
  for (const { name } of rows) {
    if (!isRunning(Number(name.split('_')[2]))) {
      await client.query(`drop database if exists ${name} with (force)`)
    }
  }
}

/** Migrates the template once for all test processes; it gets its name when it is complete. */
async function ensureTemplate(server: Database): Promise<string> {
  const name = await templateName()
  const exists = 'select 1 from pg_database where datname = $1'
  if ((await server.pool.query(exists, [name])).rowCount === 1) return name
  const client = await server.pool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [templateLock])
    if ((await client.query(exists, [name])).rowCount === 1) return name
    await dropAbandoned(client)
    const draft = `${name}_draft`
    await client.query(`drop database if exists ${draft} with (force)`)
    await client.query(`create database ${draft}`)
    await (await open(urlOf(server, draft))).close()
    await retireConnections(client, draft)
    await client.query(`alter database ${draft} rename to ${name}`)
    return name
  } finally {
    await client.query('select pg_advisory_unlock($1)', [templateLock])
    client.release()
  }
}

type Leak = { readonly application: string; readonly state: string; readonly query: string }

/** Connections that are still open in the database after a second: closed ones take a moment. */
async function retireConnections(client: pg.ClientBase | pg.Pool, name: string) {
  for (let tries = 0; ; tries += 1) {
    const { rows } = await client.query<Leak>(
      `select application_name as application, state, left(query, 80) as query
       from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
      [name],
    )
    if (rows.length === 0 || tries === 100) return rows
    await delay(10)
  }
}

async function dropDatabase(server: Database, name: string): Promise<void> {
  const leaks = await retireConnections(server.pool, name)
  await server.pool.query(`drop database ${name} with (force)`)
  if (leaks.length === 0) return
  const list = leaks.map((leak) => `${leak.application} (${leak.state}): ${leak.query}`).join('; ')
  throw new AppError('internal', `The test left ${leaks.length} connections open: ${list}`)
}

/**
 * A migrated database of its own on a real server, dropped when disposed (or when the test `t`
 * ends). Disposing fails when a connection to it is still open.
 */
export function testDatabase(t?: TestContext): Promise<TestDatabase> {
  return withServer(async (server) => {
    const template = await ensureTemplate(server)
    const name = `maniple_test_${process.pid}_${newId()}`
    await server.pool.query(`create database ${name} template ${template}`)
    const url = urlOf(server, name)
    const database = await open(url)
    if (shared !== undefined) shared.users += 1
    const disposeOnce = async () => {
      try {
        await database.close()
        await dropDatabase(server, name)
      } finally {
        if (shared !== undefined) shared.users -= 1
        await leaveServer()
      }
    }
    let disposed: Promise<void> | undefined
    const dispose = () => {
      disposed ??= disposeOnce()
      return disposed
    }
    t?.after(dispose)
    return { url, pool: database.pool, database, [Symbol.asyncDispose]: dispose }
  })
}
