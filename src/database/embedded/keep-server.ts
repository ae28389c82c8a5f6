import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../../shared/index.ts'
import { failureFields } from '../connection-failure.ts'
import type { ServerHome } from './cluster.ts'
import { connectControl, hasEnded, type OpenServer, openServer } from './open-server.ts'
import { stopPostmaster } from './postmaster.ts'
import { writeState } from './server-state.ts'

type Keeping = {
  readonly home: ServerHome
  /** How long the server may be without a client before it is stopped. */
  readonly idleMs: number
  readonly log: Log
  /** Aborted when the keeper is asked to stop. */
  readonly stop: AbortSignal
  readonly onReady: () => void
}

type StopReason = 'idle' | 'asked' | 'folder gone'

/** A check that the data directory is still the one that we opened. */
function folderWatch(home: ServerHome): () => boolean {
  const { root, cluster } = home.folder
  const opened = statSync(root).ino
  return () =>
    existsSync(join(cluster, 'PG_VERSION')) &&
    statSync(root, { throwIfNoEntry: false })?.ino === opened
}

/** Connections other than the keeper's own. */
async function countClients(server: OpenServer): Promise<number> {
  const { rows } = await server.control.query<{ clients: string }>(
    `select count(*) as clients from pg_stat_activity
     where backend_type = 'client backend' and pid <> pg_backend_pid()`,
  )
  return Number(rows[0]?.clients)
}

/**
 * Closes the server for newcomers, then looks again. A command stays connected only if it still
 * finds the server open after it has connected, so one of the two always sees the other.
 */
async function closeIfUnused(keeping: Keeping, server: OpenServer): Promise<boolean> {
  const { state } = keeping.home.folder
  writeState(state, { ...server.state, isOpen: false })
  if ((await countClients(server)) === 0) return true
  writeState(state, server.state)
  return false
}

/** Keeps the control connection up while the postmaster lives; backends can crash without it. */
async function withControl(keeping: Keeping, server: OpenServer): Promise<OpenServer> {
  try {
    await server.control.query('select')
    return server
  } catch (error) {
    keeping.log.warn(failureFields(error), 'control connection lost')
    await server.control.end()
    const control = await connectControl(server.state, (lost) =>
      keeping.log.warn(failureFields(lost), 'control connection failed'),
    )
    return { ...server, control }
  }
}

async function reopen(keeping: Keeping, server: OpenServer): Promise<OpenServer> {
  keeping.log.warn({ pid: server.process.pid }, 'postmaster ended, starting it again')
  writeState(keeping.home.folder.state, { ...server.state, isOpen: false, postmaster: null })
  await server.control.end()
  return open(keeping)
}

function open(keeping: Keeping): Promise<OpenServer> {
  return openServer(keeping.home, (error) =>
    keeping.log.warn(failureFields(error), 'control connection failed'),
  )
}

/** Sleeps, but wakes at once when the server ends or the keeper is asked to stop. */
async function rest(server: OpenServer, ms: number, stop: AbortSignal): Promise<void> {
  const waking = new AbortController()
  const wake = () => waking.abort()
  server.control.once('end', wake)
  stop.addEventListener('abort', wake, { once: true })
  if (stop.aborted) wake()
  try {
    await delay(ms, undefined, { signal: waking.signal })
  } catch (error) {
    if (!waking.signal.aborted) throw error
  } finally {
    server.control.removeListener('end', wake)
    stop.removeEventListener('abort', wake)
  }
}

type Watched = { readonly server: OpenServer; readonly reason: StopReason }

async function superviseUntilStop(keeping: Keeping, first: OpenServer): Promise<Watched> {
  const isThere = folderWatch(keeping.home)
  const step = Math.min(500, keeping.idleMs / 4)
  let server = first
  let usedAt = Date.now()
  for (;;) {
    await rest(server, step, keeping.stop)
    if (!isThere()) return { server, reason: 'folder gone' }
    if (keeping.stop.aborted) return { server, reason: 'asked' }
    if (hasEnded(server)) {
      server = await reopen(keeping, server)
      usedAt = Date.now()
      continue
    }
    try {
      server = await withControl(keeping, server)
      if ((await countClients(server)) > 0) usedAt = Date.now()
      else if (Date.now() - usedAt > keeping.idleMs && (await closeIfUnused(keeping, server))) {
        return { server, reason: 'idle' }
      }
    } catch (error) {
      // The postmaster may be ending or restarting its backends: the next round tells.
      keeping.log.warn(failureFields(error), 'server did not answer')
      await delay(50)
    }
  }
}

/** Opens the server and keeps it until nobody needs it, its folder is gone, or it is told to stop. */
export async function keepServer(keeping: Keeping): Promise<void> {
  const { home, log } = keeping
  const opened = await open(keeping)
  log.info({ postmaster: opened.process.pid, port: opened.state.port }, 'server open')
  keeping.onReady()
  const { server, reason } = await superviseUntilStop(keeping, opened)
  log.info({ reason }, 'stopping server')
  const isThere = reason !== 'folder gone'
  if (isThere) writeState(home.folder.state, { ...server.state, isOpen: false })
  await server.control.end()
  // No checkpoint into a folder that somebody is just removing.
  await stopPostmaster(server.process, isThere ? 'checkpoint' : 'at once')
  if (isThere) {
    writeState(home.folder.state, {
      ...server.state,
      isOpen: false,
      postmaster: null,
      keeper: null,
    })
  }
}
