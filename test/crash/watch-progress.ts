import pg from 'pg'
import { isConnectionError } from '../../src/resilience/index.ts'
import type { EmbeddedServer } from '../support/embedded-server.ts'

export type Progress = { readonly ended: number; readonly isOver: boolean }

/**
 * How far the only run is, asked of Postgres itself, for the API may be down or starting for longer
 * than the workers need for the rest; null while Postgres is down. Starts nothing.
 */
export async function watchProgress(server: EmbeddedServer): Promise<Progress | null> {
  const found = server.processes()
  if (found === undefined) return null
  const { port, password } = found
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port, password, user: 'maniple', database: 'maniple' },
    connectionTimeoutMillis: 5_000,
  })
  // What happened to it, the awaited call tells.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<Progress>(
      `select (select count(*)::int from maniple.tasks
         where state in ('succeeded', 'failed', 'skipped')) as ended,
       exists (select from maniple.runs where outcome is not null) as "isOver"`,
    )
    return rows[0] ?? null
  } catch (error) {
    if (isConnectionError(error)) return null
    throw error
  } finally {
    await client.end()
  }
}
