import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { BenchContext } from './contract.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** The machine's side of a bench: one PostgreSQL server, and a directory for the peers' files. */
export type Host = {
  readonly server: string
  readonly context: (slots: number | null) => BenchContext
  readonly close: () => Promise<void>
}

/** Where a peer's database is on the same server as `url`. */
function databaseUrl(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}

// A pool says that it has ended a little before its connections have.
async function connectionsGone(client: pg.Client, database: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { rowCount } = await client.query(
      'select 1 from pg_stat_activity where datname = $1 limit 1',
      [database],
    )
    if (rowCount === 0) return
    await delay(20)
  }
}

/** Each call of `createDatabase` and `createDirectory` starts from nothing, whatever was there. */
export async function openHost(url: string): Promise<Host> {
  const root = await temporaryDirectory('maniple-bench-')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const databases = new Set<string>()

  const dropDatabase = async (name: string): Promise<void> => {
    await connectionsGone(client, name)
    await client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`)
  }
  const createDatabase = async (peer: string): Promise<string> => {
    const name = `bench_${peer}`
    await dropDatabase(name)
    await client.query(`create database ${pg.escapeIdentifier(name)}`)
    databases.add(name)
    return databaseUrl(url, name)
  }
  const createDirectory = async (peer: string): Promise<string> => {
    const path = join(root.path, peer)
    await rm(path, { recursive: true, force: true })
    await mkdir(path)
    return path
  }
  const { rows } = await client.query(
    `select current_setting('server_version') as version, current_setting('fsync') as fsync,
       current_setting('synchronous_commit') as commit`,
  )
  const server = `PostgreSQL ${rows[0].version}, fsync ${rows[0].fsync}, synchronous_commit ${rows[0].commit}`

  return {
    server,
    context: (slots) => ({ createDatabase, createDirectory, slots }),
    close: async () => {
      for (const name of databases) await dropDatabase(name)
      await client.end()
      await root.remove()
    },
  }
}
