import { homedir } from 'node:os'
import { resolve } from 'node:path'
import pg from 'pg'
import { AppError, type Log } from '../shared/index.ts'
import { connectionFailure, failureFields, placeOf } from './connection-failure.ts'
import { type ConnectionTarget, clientConfig, connectionUrl } from './connection-target.ts'
import type { Database, Subscription } from './database.ts'
import { attachServer } from './embedded/attach-server.ts'
import { stateTarget } from './embedded/server-state.ts'
import { stayAttached } from './embedded/stay-attached.ts'
import { listen } from './listen.ts'
import { migrate, packageMigrations } from './migrations.ts'

export type OpenDatabaseOptions = {
  /** A PostgreSQL of yours. Without it, the embedded one of the data directory is used. */
  readonly databaseUrl?: string
  readonly dataDir: string
  readonly log: Log
  /** Most connections of the pool. */
  readonly poolSize?: number
  /** How this process is called in `pg_stat_activity`. */
  readonly applicationName?: string
  /** Gives up waiting for the server. */
  readonly signal?: AbortSignal
  /** How long the embedded server may be unused before it stops. */
  readonly idleStopMs?: number
  readonly migrationsFolder?: string
}

const oldestMajor = 14
const defaultPoolSize = 10
const workPoolSize = 5
const defaultIdleStopMs = 30_000

type Server = {
  readonly target: () => ConnectionTarget
  readonly pool: pg.Pool
  readonly workPool: pg.Pool
  readonly release: () => Promise<void>
}

function newPool(
  target: ConnectionTarget,
  options: OpenDatabaseOptions,
  max = options.poolSize ?? defaultPoolSize,
): pg.Pool {
  const pool = new pg.Pool({
    ...clientConfig(target, options.applicationName ?? 'maniple'),
    max,
    idleTimeoutMillis: 30_000,
  })
  // An idle connection that fails must not end the process; the next query gets a new one.
  pool.on('error', (error) =>
    options.log.warn(failureFields(error), 'idle database connection lost'),
  )
  // Nor may one that fails while it is lent out between two queries: the pool watches only those that
  // are idle. Whoever has it learns of the loss from the next query.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

async function embeddedServer(options: OpenDatabaseOptions): Promise<Server> {
  const dataDir = resolve(options.dataDir)
  const idleMs = options.idleStopMs ?? defaultIdleStopMs
  const signal = options.signal ?? new AbortController().signal
  const attachment = await attachServer({
    ...{ dataDir, idleMs, log: options.log, signal },
    mustExist: false,
  })
  let target = stateTarget(attachment.state)
  const pool = newPool(target, options)
  const workPool = newPool(target, options, workPoolSize)
  const release = stayAttached(attachment, {
    dataDir,
    idleMs,
    log: options.log,
    onReturn: (state) => {
      target = stateTarget(state)
      // New connections of the pool are made from these options.
      for (const { options: made } of [pool, workPool]) {
        made.port = state.port
        made.password = state.password
      }
    },
  })
  return { target: () => target, pool, workPool, release }
}

function givenServer(url: string, options: OpenDatabaseOptions): Server {
  const target = { url }
  const pool = newPool(target, options)
  const workPool = newPool(target, options, workPoolSize)
  return { target: () => target, pool, workPool, release: async () => {} }
}

/** Checks that the server answers and is new enough; returns its version. */
async function checkServer(pool: pg.Pool, place: string): Promise<string> {
  try {
    const { rows } = await pool.query<{ version: string; number: number }>(
      `select current_setting('server_version') as version,
        current_setting('server_version_num')::integer as number`,
    )
    const { version = '', number = 0 } = rows[0] ?? {}
    if (number < oldestMajor * 10_000) {
      throw new AppError(
        'database_unavailable',
        `PostgreSQL at ${place} is version ${version}: Maniple needs ${oldestMajor} or newer`,
        { isRetryable: false },
      )
    }
    // Debian and others append their package's name.
    return version.split(' ')[0] ?? version
  } catch (error) {
    throw error instanceof AppError ? error : connectionFailure(place, error)
  }
}

function shortPath(path: string): string {
  const home = homedir()
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
}

/**
 * Opens the database and brings its schema up to date. Fails with `database_unavailable`,
 * `database_newer`, `database_older`, `database_edited`, `database_in_use`,
 * `database_unreachable_path` or `disk_full`.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const { databaseUrl, log } = options
  const embedded = databaseUrl === undefined
  const place = embedded ? shortPath(resolve(options.dataDir)) : placeOf(databaseUrl)
  const server = embedded ? await embeddedServer(options) : givenServer(databaseUrl, options)
  const { pool, workPool, target } = server
  const subscriptions = new Set<Subscription>()
  let closed: Promise<void> | undefined
  const closeAll = async () => {
    await Promise.all([...subscriptions].map((subscription) => subscription.close()))
    await Promise.all([pool.end(), workPool.end(), server.release()])
  }
  const close = () => {
    closed ??= closeAll()
    return closed
  }
  const subscribe: Database['listen'] = async (channel, onNotify, onReconnect) => {
    const config = () => clientConfig(target(), `${options.applicationName ?? 'maniple'} listener`)
    const inner = await listen({ channel, onNotify, onReconnect, config, log })
    const subscription = {
      close: async () => {
        if (subscriptions.delete(subscription)) await inner.close()
      },
    }
    subscriptions.add(subscription)
    return subscription
  }
  try {
    const version = await checkServer(pool, place)
    await migrate(pool, options.migrationsFolder ?? packageMigrations)
    const description = `${embedded ? 'embedded ' : ''}PostgreSQL ${version} ${embedded ? 'in' : 'at'} ${place}`
    return {
      pool,
      workPool,
      description,
      embedded,
      get connectionUrl() {
        return connectionUrl(target())
      },
      listen: subscribe,
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
