import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { closeSync, fstatSync, openSync, readFileSync, truncateSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError, identifyProcess, isAlive, type ProcessIdentity } from '../../shared/index.ts'
import { errorCode } from '../connection-failure.ts'
import type { ServerHome } from './cluster.ts'
import { launch } from './server-account.ts'
import { isPassing, isPortTaken, logTail, startupFailure } from './startup-failure.ts'

const settings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  // Socket paths are limited to 107 bytes, data directories are not.
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '128MB',
  // Many short transactions: no parallel plans to speak of, no compilation.
  jit: 'off',
  wal_compression: 'on',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  fsync: 'on',
  synchronous_commit: 'on',
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
  log_connections: '',
  log_timezone: 'UTC',
  timezone: 'UTC',
}

const longestLog = 4 * 1024 * 1024

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

/**
 * An unused port of the loopback interface, below those that systems lend to outgoing connections:
 * a client that retries a lent port while the server is down can end up connected to itself.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(20_000, 30_000)
    if (await isFree(port)) return port
  }
  throw new AppError(
    'database_unavailable',
    'No free port on 127.0.0.1 between 20000 and 30000: end some program, or set DATABASE_URL',
  )
}

type PidFile = { readonly process: ProcessIdentity; readonly isReady: boolean }

/** The postmaster that postmaster.pid names, if that process lives. */
export function runningPostmaster(cluster: string): PidFile | undefined {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')
    const pid = Number(lines[0])
    const found = Number.isInteger(pid) && pid > 0 ? identifyProcess(pid) : null
    if (found === null || !isPostgres(pid)) return undefined
    return { process: found, isReady: lines[7]?.trim() === 'ready' }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** After a crash of the machine, the pid in the file may belong to anything. */
function isPostgres(pid: number): boolean {
  if (process.platform !== 'linux') return true
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres'
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(errorCode(error))) return false
    throw error
  }
}

type Started =
  | { readonly kind: 'ready'; readonly process: ProcessIdentity }
  | { readonly kind: 'ended'; readonly output: string }

async function startOnce(home: ServerHome, port: number): Promise<Started> {
  const { folder, account, binaries } = home
  const log = openSync(folder.serverLog, 'a', 0o600)
  if (fstatSync(log).size > longestLog) truncateSync(folder.serverLog, 0)
  const from = fstatSync(log).size
  const { file, args, options } = launch(account, folder.cluster, [
    binaries.postgres,
    (pgdata) => [
      ...['-D', pgdata, '-p', String(port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
  ])
  const child = spawn(file, args, { ...options, stdio: ['ignore', log, log] })
  closeSync(log)
  let ended = false
  let failure: Error | undefined
  child.once('exit', () => {
    ended = true
  })
  child.once('error', (error) => {
    ended = true
    failure = error
  })
  while (!ended) {
    const running = runningPostmaster(folder.cluster)
    if (running?.isReady === true && running.process.pid === child.pid) {
      return { kind: 'ready', process: running.process }
    }
    await delay(3)
  }
  if (failure !== undefined) throw failure
  return { kind: 'ended', output: logTail(folder.serverLog, from) }
}

export type StartedServer = { readonly port: number; readonly process: ProcessIdentity }

const patienceMs = 20_000

/**
 * Starts PostgreSQL and waits until it answers, waiting out a predecessor that is still dying. The
 * port stays the same unless another program has taken it meanwhile.
 */
export async function startPostmaster(home: ServerHome, wanted: number): Promise<StartedServer> {
  const giveUpAt = Date.now() + patienceMs
  let port = wanted
  for (let wait = 20; ; wait = Math.min(wait * 2, 500)) {
    const started = await startOnce(home, port)
    if (started.kind === 'ready') return { port, process: started.process }
    const isPassed = Date.now() > giveUpAt
    if (isPassed || !(isPassing(started.output) || isPortTaken(started.output))) {
      throw startupFailure(home.folder.cluster, started.output, home.folder.serverLog)
    }
    if (isPortTaken(started.output)) port = await freePort()
    else await delay(wait)
  }
}

/** Waits until the process is gone; false when it outlives `ms`. */
async function waitForEnd(server: ProcessIdentity, ms: number): Promise<boolean> {
  const until = Date.now() + ms
  while (isAlive(server)) {
    if (Date.now() > until) return false
    await delay(10)
  }
  return true
}

/** Sends a signal; false when the process is gone already. */
function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false
    throw error
  }
}

/** Each is crash-safe: what was committed is there after the next start. */
const stopSteps = [
  ['SIGINT', 60_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
] as const

/** Stops PostgreSQL: with a last checkpoint, else without writing anything more, else hard. */
export async function stopPostmaster(
  server: ProcessIdentity,
  manner: 'checkpoint' | 'at once',
): Promise<void> {
  for (const [signal, ms] of manner === 'checkpoint' ? stopSteps : stopSteps.slice(1)) {
    if (!isAlive(server) || !signalProcess(server.pid, signal)) return
    if (await waitForEnd(server, ms)) return
  }
}
