import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../../shared/index.ts'
import type { ServerBinaries } from './server-binaries.ts'
import type { ServerFolder } from './server-folder.ts'

type Account = { readonly name: string; readonly uid: number; readonly gid: number }

/** As whom the server runs, and how it gets there. */
export type ServerAccount = {
  /** The unprivileged user that stands in for root; undefined when we are not root. */
  readonly substitute: Account | undefined
  /** Goes before the command line. */
  readonly prefix: readonly string[]
  /** True when the server may pass every directory, or is ourselves. */
  readonly passesAll: boolean
}

/** What child processes of ours see: nothing of the caller's environment, secrets least of all. */
export const serverEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
} as const

const preferred = ['maniple', 'postgres', 'nobody']

function accounts(): readonly Account[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
}

/** The owner of the cluster if there is one, else the first of the preferred users. */
function chooseAccount(cluster: string): Account {
  const all = accounts().filter((account) => account.uid > 0)
  if (existsSync(cluster)) {
    const { uid } = statSync(cluster)
    const owner = all.find((account) => account.uid === uid)
    if (owner !== undefined) return owner
  }
  const found = preferred.flatMap((name) => all.filter((account) => account.name === name))[0]
  if (found !== undefined) return found
  throw new AppError(
    'database_unreachable_path',
    `PostgreSQL refuses to run as root and ${cluster} needs an unprivileged owner: add a user named maniple, or run Maniple as an ordinary user`,
  )
}

/** The first directory on the way to `path` that others than its owner may not enter. */
function firstClosed(path: string): string {
  const parent = dirname(path)
  const above = parent === path ? '' : firstClosed(parent)
  if (above !== '') return above
  const stats = statSync(path)
  return stats.isDirectory() && (stats.mode & 0o001) === 0 ? path : ''
}

function closedPath(account: Account, path: string): AppError {
  return new AppError(
    'database_unreachable_path',
    `PostgreSQL runs as user ${account.name}, who may not enter ${path}: chmod o+x ${path}, move the data with --data-dir, or run Maniple as an ordinary user`,
  )
}

function runs(command: readonly string[], options: { uid?: number; gid?: number }): boolean {
  const [file = '', ...args] = command
  const tried = spawnSync(file, args, {
    cwd: '/',
    env: serverEnvironment,
    stdio: 'ignore',
    ...options,
  })
  return tried.status === 0
}

/**
 * PostgreSQL refuses to run as root. As root it runs as an unprivileged user instead, who with
 * CAP_DAC_READ_SEARCH still passes a checkout and a data directory that only root may enter.
 */
export function serverAccount(folder: ServerFolder, binaries: ServerBinaries): ServerAccount {
  if (process.getuid?.() !== 0) return { substitute: undefined, prefix: [], passesAll: true }
  const substitute = chooseAccount(folder.cluster)
  const capability = '+dac_read_search'
  const prefix = [
    ...['setpriv', '--reuid', String(substitute.uid), '--regid', String(substitute.gid)],
    // Without the secure bit, access(2), by which initdb looks for its files, ignores capabilities.
    ...['--clear-groups', '--securebits', '+no_setuid_fixup'],
    ...['--inh-caps', capability, '--ambient-caps', capability, '--'],
  ]
  if (runs([...prefix, binaries.postgres, '--version'], {})) {
    return { substitute, prefix, passesAll: true }
  }
  if (!runs([binaries.postgres, '--version'], { uid: substitute.uid, gid: substitute.gid })) {
    throw closedPath(substitute, firstClosed(binaries.postgres) || binaries.postgres)
  }
  // On Linux a process may use its working directory even below one that it may not enter.
  const closed = process.platform === 'linux' ? '' : firstClosed(folder.root)
  if (closed !== '') throw closedPath(substitute, closed)
  return { substitute, prefix: [], passesAll: process.platform !== 'linux' }
}

type Launch = {
  readonly file: string
  readonly args: readonly string[]
  readonly options: {
    readonly cwd: string
    readonly env: typeof serverEnvironment
    readonly uid?: number
    readonly gid?: number
  }
}

/** How to run a PostgreSQL program on a cluster directory as the server's account. */
export function launch(
  account: ServerAccount,
  cluster: string,
  command: readonly [string, (pgdata: string) => readonly string[]],
): Launch {
  const [program, args] = command
  const line = [...account.prefix, program, ...args(account.passesAll ? cluster : '/proc/self/cwd')]
  const [file = program, ...rest] = line
  const { substitute } = account
  const change =
    substitute === undefined || account.prefix.length > 0
      ? {}
      : { uid: substitute.uid, gid: substitute.gid }
  return { file, args: rest, options: { cwd: cluster, env: serverEnvironment, ...change } }
}
