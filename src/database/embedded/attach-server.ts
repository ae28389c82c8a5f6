import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { AppError, isAlive, type Log } from '../../shared/index.ts'
import { connectionFailure, errorCode, failureFields } from '../connection-failure.ts'
import { clientConfig } from '../connection-target.ts'
import { folderFailure, serverFolder } from './server-folder.ts'
import { readState, type ServerState, stateTarget } from './server-state.ts'
import { type KeeperStartOptions, startKeeper } from './start-keeper.ts'

export type AttachOptions = KeeperStartOptions & {
  readonly log: Log
  readonly signal: AbortSignal
}

export type Attachment = {
  readonly state: ServerState
  /** Its life tells the keeper that the server is in use, and its end tells us of the server's. */
  readonly client: pg.Client
}

const patienceMs = 60_000

/** What connecting meets while a server starts, stops or has just been killed. */
function isPassing(error: unknown): boolean {
  const code = errorCode(error)
  const passing = [
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    '57P01',
    '57P02',
    '57P03',
    '28P01',
    '3D000',
  ]
  if (passing.includes(code)) return true
  return code === '' && error instanceof Error && /terminated|timeout/.test(error.message)
}

function knownState(dataDir: string): ServerState | undefined {
  const { state } = serverFolder(dataDir)
  try {
    return readState(state)
  } catch (error) {
    throw folderFailure(state, error) ?? error
  }
}

/** Connects if the server is open, and still is once we are connected: see `closeIfUnused`. */
async function tryAttach(options: AttachOptions): Promise<Attachment | undefined> {
  const state = knownState(options.dataDir)
  if (state?.isOpen !== true) return undefined
  const client = new pg.Client(clientConfig(stateTarget(state), 'maniple attachment'))
  client.on('error', (error) =>
    options.log.warn(failureFields(error), 'attachment to the database lost'),
  )
  try {
    await client.connect()
    if (knownState(options.dataDir)?.isOpen === true) return { state, client }
    await client.end()
    return undefined
  } catch (error) {
    await client.end()
    if (isPassing(error)) return undefined
    throw connectionFailure(`127.0.0.1:${state.port}`, error)
  }
}

/** Another keeper is at work: wait until it has opened the server, or long enough to ask again. */
async function waitForOther(options: AttachOptions): Promise<void> {
  for (let round = 0; round < 50; round += 1) {
    await delay(10, undefined, { signal: options.signal })
    if (knownState(options.dataDir)?.isOpen === true) return
  }
}

/** Attaches to the server of the data directory; starts keeper and server where there are none. */
export async function attachServer(options: AttachOptions): Promise<Attachment> {
  const until = Date.now() + patienceMs
  for (;;) {
    options.signal.throwIfAborted()
    const found = await tryAttach(options)
    if (found !== undefined) {
      if (!isAlive(found.state.keeper)) await startKeeper(options)
      return found
    }
    const start = await startKeeper(options)
    if (Date.now() > until) {
      const { keeperLog, serverLog } = serverFolder(options.dataDir)
      throw new AppError(
        'database_unavailable',
        `The embedded PostgreSQL is not up after ${patienceMs / 1000} s: see ${keeperLog} and ${serverLog}`,
      )
    }
    if (start !== 'ready') await waitForOther(options)
  }
}
