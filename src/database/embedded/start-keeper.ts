import { spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../shared/index.ts'
import { KeeperReport, reportDescriptor } from './keeper-report.ts'
import { serverEnvironment } from './server-account.ts'
import { prepareFolder, serverFolder } from './server-folder.ts'

// The emitted package holds keeper.js beside start-keeper.js.
const keeperFile = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './keeper.ts' : './keeper.js', import.meta.url),
)

function readAll(stream: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
    })
    stream.once('error', reject)
    stream.once('close', () => resolve(text))
  })
}

export type KeeperStartOptions = {
  /** Absolute. */
  readonly dataDir: string
  /** How long the server may be without a client before it is stopped. */
  readonly idleMs: number
  /** For those who use the data already: no empty server may take its place. */
  readonly mustExist: boolean
}

/** `ended`: the keeper was killed before it could report. */
export type KeeperStart = 'ready' | 'held' | 'ended'

/**
 * Starts a keeper in a session of its own and waits for its word. Throws what it failed with.
 * Nothing of the keeper holds the caller afterwards.
 */
export async function startKeeper(options: KeeperStartOptions): Promise<KeeperStart> {
  const { dataDir, idleMs, mustExist } = options
  const existence = mustExist ? 'existing' : 'new'
  const log = prepareFolder(serverFolder(dataDir))
  const child = spawn(process.execPath, [keeperFile, dataDir, String(idleMs), existence], {
    detached: true,
    cwd: '/',
    env: serverEnvironment,
    stdio: ['ignore', log, log, 'pipe'],
  })
  closeSync(log)
  child.unref()
  const failed = new Promise<never>((_, reject) => child.once('error', reject))
  const pipe = child.stdio[reportDescriptor]
  if (pipe === null || pipe === undefined || !('read' in pipe)) {
    throw new AppError('internal', 'The database keeper has no report channel')
  }
  const text = await Promise.race([readAll(pipe), failed])
  if (text === '') return 'ended'
  const report = KeeperReport.parse(JSON.parse(text))
  if (report.kind !== 'failed') return report.kind
  throw new AppError(report.code, report.message, { isRetryable: report.isRetryable })
}
