// The keeper: a process of its own session that owns the server of one data directory. Started by
// whichever command comes first; outlives it. Its standard output is the keeper's log file.
import { closeSync, writeSync } from 'node:fs'
import { AppError, type Log } from '../../shared/index.ts'
import { errorCode } from '../connection-failure.ts'
import { keepServer } from './keep-server.ts'
import { takeKeeperLock } from './keeper-lock.ts'
import { type KeeperReport, reportDescriptor } from './keeper-report.ts'
import { serverAccount } from './server-account.ts'
import { serverBinaries } from './server-binaries.ts'
import { folderFailure, requireFolder, type ServerFolder, serverFolder } from './server-folder.ts'

function write(level: string, fields: Readonly<Record<string, unknown>>, msg: string): void {
  const line = { level, time: new Date().toISOString(), pid: process.pid, ...fields, msg }
  process.stderr.write(`${JSON.stringify(line)}\n`)
}

const log: Log = {
  info: (fields, message) => write('info', fields, message),
  warn: (fields, message) => write('warn', fields, message),
  error: (fields, message) => write('error', fields, message),
}

let hasReported = false

function report(message: KeeperReport): void {
  if (hasReported) return
  hasReported = true
  try {
    writeSync(reportDescriptor, JSON.stringify(message))
    closeSync(reportDescriptor)
  } catch (error) {
    // The command that started us was killed meanwhile; the server is there for the next one.
    if (!['EPIPE', 'ECONNRESET'].includes(errorCode(error))) throw error
  }
}

function asAppError(folder: ServerFolder, error: unknown): AppError {
  if (error instanceof AppError) return error
  const detail = error instanceof Error ? error.message : String(error)
  return (
    folderFailure(folder.root, error) ??
    new AppError('internal', `The database keeper failed: ${detail} (see ${folder.keeperLog})`, {
      cause: error,
    })
  )
}

async function keep(dataDir: string, idleMs: number, mustExist: boolean): Promise<void> {
  const folder = serverFolder(dataDir)
  const stop = new AbortController()
  process.on('SIGTERM', () => stop.abort())
  process.on('SIGINT', () => stop.abort())
  process.on('SIGHUP', () => log.info({}, 'ignoring SIGHUP'))
  try {
    const lock = takeKeeperLock(folder.lock)
    if (lock === undefined) return report({ kind: 'held' })
    if (mustExist) requireFolder(folder)
    const binaries = serverBinaries()
    const account = serverAccount(folder, binaries)
    const home = { folder, binaries, account }
    const onReady = () => report({ kind: 'ready' })
    await keepServer({ home, idleMs, log, stop: stop.signal, onReady })
    lock.release()
  } catch (error) {
    const failure = asAppError(folder, error)
    const { code, message, isRetryable } = failure
    log.error({ code, err: String(error) }, 'keeper failed')
    report({ kind: 'failed', code, message, isRetryable })
    // At once, whatever is still open: the next keeper adopts a server that is left.
    process.exit(1)
  }
}

const [dataDir, idleMs, existence] = process.argv.slice(2)
if (dataDir === undefined || !(Number(idleMs) > 0)) {
  process.stderr.write('usage: keeper DATA-DIRECTORY IDLE-MILLISECONDS new|existing\n')
  process.exitCode = 2
} else {
  process.umask(0o077)
  await keep(dataDir, Number(idleMs), existence === 'existing')
}
