import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { identifyProcess, isAlive, type ProcessIdentity } from '../../shared/index.ts'
import { errorCode } from '../connection-failure.ts'
import { clientConfig } from '../connection-target.ts'
import { createCluster, inspectCluster, resetPassword, type ServerHome } from './cluster.ts'
import { freePort, runningPostmaster, startPostmaster, stopPostmaster } from './postmaster.ts'
import {
  readState,
  type ServerState,
  serverDatabase,
  stateTarget,
  writeState,
} from './server-state.ts'

/** A running server with the keeper's own connection to it. */
export type OpenServer = {
  readonly state: ServerState
  readonly process: ProcessIdentity
  readonly control: pg.Client
}

const adoptionPatienceMs = 20_000

async function newState(): Promise<ServerState> {
  return {
    format: 1,
    port: await freePort(),
    password: randomBytes(32).toString('base64url'),
    serverVersion: '',
    isOpen: false,
    keeper: identifyProcess(process.pid),
    postmaster: null,
  }
}

async function connect(state: ServerState, database: string, onError: (error: Error) => void) {
  const client = new pg.Client(clientConfig(stateTarget(state, database), 'maniple keeper'))
  client.on('error', onError)
  try {
    await client.connect()
    return client
  } catch (error) {
    await client.end()
    throw error
  }
}

/** The keeper's own connection, which does not count as use. */
export async function connectControl(
  state: ServerState,
  onError: (error: Error) => void,
): Promise<pg.Client> {
  try {
    return await connect(state, serverDatabase, onError)
  } catch (error) {
    if (errorCode(error) !== '3D000') throw error
    // A new cluster: its ready-made database gets our name, which is faster than another copy.
    const client = await connect(state, 'template1', onError)
    await client.query(`alter database postgres rename to ${serverDatabase}`)
    await client.end()
    return connect(state, serverDatabase, onError)
  }
}

/** Takes over a postmaster whose keeper died; undefined when it ends or will not have us. */
async function adopt(home: ServerHome, state: ServerState): Promise<ProcessIdentity | undefined> {
  const until = Date.now() + adoptionPatienceMs
  for (;;) {
    const running = runningPostmaster(home.folder.cluster)
    if (running === undefined) return undefined
    try {
      const client = await connectControl(state, () => undefined)
      await client.end()
      return running.process
    } catch (error) {
      // Starting or stopping: both pass. A wrong password or a foreign port does not.
      const isPassing = ['57P03', '57P01', 'ECONNREFUSED', 'ECONNRESET'].includes(errorCode(error))
      if (isPassing && Date.now() < until) {
        await delay(20)
        continue
      }
      await stopPostmaster(running.process, 'checkpoint')
      return undefined
    }
  }
}

/** The state to work with, and a cluster that it fits. */
async function ensureCluster(home: ServerHome): Promise<ServerState> {
  const { folder } = home
  const known = readState(folder.state)
  if (inspectCluster(folder.cluster) === 'absent') {
    const state = await newState()
    // Before the cluster: a password that was used must never be lost.
    writeState(folder.state, state)
    await createCluster(home, state.password)
    return state
  }
  if (known !== undefined) return known
  const running = runningPostmaster(folder.cluster)
  if (running !== undefined) await stopPostmaster(running.process, 'checkpoint')
  const state = await newState()
  resetPassword(home, state.password)
  return state
}

/** Opens the server for clients: adopts, starts or creates it, whatever the folder calls for. */
export async function openServer(
  home: ServerHome,
  onControlError: (error: Error) => void,
): Promise<OpenServer> {
  const known = { ...(await ensureCluster(home)), isOpen: false }
  const adopted = await adopt(home, known)
  const started =
    adopted === undefined
      ? await startPostmaster(home, known.port)
      : { port: known.port, process: adopted }
  const draft = { ...known, port: started.port, keeper: identifyProcess(process.pid) }
  const control = await connectControl(draft, onControlError)
  const { rows } = await control.query<{ version: string }>(
    `select current_setting('server_version') as version`,
  )
  const state = {
    ...draft,
    serverVersion: rows[0]?.version ?? '',
    isOpen: true,
    postmaster: started.process,
  }
  writeState(home.folder.state, state)
  return { state, process: started.process, control }
}

export function hasEnded(server: OpenServer): boolean {
  return !isAlive(server.process)
}
