import { chmodSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { AppError } from '../../shared/index.ts'
import { errorCode } from '../connection-failure.ts'

/** What lies where in `<data directory>/database/`. */
export type ServerFolder = {
  readonly root: string
  /** PostgreSQL's own data directory. */
  readonly cluster: string
  /** Port, secret and processes (mode 0600). */
  readonly state: string
  /** Held by the keeper through a lock of the kernel's, which ends with the process. */
  readonly lock: string
  readonly keeperLog: string
  readonly serverLog: string
}

export function serverFolder(dataDir: string): ServerFolder {
  const root = join(resolve(dataDir), 'database')
  return {
    root,
    cluster: join(root, 'cluster'),
    state: join(root, 'server.json'),
    lock: join(root, 'keeper.lock'),
    keeperLog: join(root, 'keeper.log'),
    serverLog: join(root, 'postgres.log'),
  }
}

const causes: Readonly<
  Record<string, readonly ['disk_full' | 'database_unreachable_path', string]>
> = {
  ENOSPC: ['disk_full', 'the disk is full: free space or choose another place with --data-dir'],
  EDQUOT: ['disk_full', 'the quota is used up: free space or choose another --data-dir'],
  EROFS: ['disk_full', 'the disk is read-only: remount it or choose another --data-dir'],
  EACCES: [
    'database_unreachable_path',
    'permission denied: fix its mode or choose another --data-dir',
  ],
  EPERM: ['database_unreachable_path', 'not permitted: fix its owner or choose another --data-dir'],
  ENOTDIR: ['database_unreachable_path', 'a part of the path is a file: choose another --data-dir'],
  EEXIST: ['database_unreachable_path', 'it is a file: choose another --data-dir'],
}

/** A failed file operation in the data directory, in one line; undefined when it is another error. */
export function folderFailure(path: string, error: unknown): AppError | undefined {
  const cause = causes[errorCode(error)]
  if (cause === undefined) return undefined
  return new AppError(cause[0], `The data directory ${path} cannot be used: ${cause[1]}`, {
    cause: error,
  })
}

/** Without the folder, a server would come back empty under those who use it. */
export function requireFolder(folder: ServerFolder): void {
  if (existsSync(join(folder.cluster, 'PG_VERSION'))) return
  throw new AppError(
    'database_unavailable',
    `The data directory ${folder.root} is gone: put it back, or stop Maniple and start it anew`,
  )
}

/** mkdir's own `recursive` says ENOENT for a disk that is read-only (Node 24.21). */
function makeDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return
  if (dirname(path) !== path) makeDirectory(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const isThere = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
    if (!isThere) throw error
  }
}

/** A place such as /proc, where nobody can make a folder. */
function noPlace(path: string, cause: unknown): AppError | undefined {
  if (errorCode(cause) !== 'ENOENT') return undefined
  const message = `The data directory ${path} cannot be made there: choose another --data-dir`
  return new AppError('database_unreachable_path', message, { cause })
}

/** Makes the folder and returns an open log file for the keeper: proof that it can be written to. */
export function prepareFolder(folder: ServerFolder): number {
  try {
    makeDirectory(folder.root)
    if ((statSync(folder.root).mode & 0o077) !== 0) chmodSync(folder.root, 0o700)
    return openSync(folder.keeperLog, 'a', 0o600)
  } catch (error) {
    throw folderFailure(folder.root, error) ?? noPlace(folder.root, error) ?? error
  }
}
