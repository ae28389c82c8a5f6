import { copyFile, mkdir, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { identifyHost, identifyProcess, type Log, newId } from '../../shared/index.ts'
import { type CloneRecord, writeRecord, writeRecordNow } from './clone-record.ts'
import { type GitPlace, git } from './git.ts'
import { oneLine } from './output-tail.ts'
import { removeTree } from './remove-tree.ts'
import type { Environment, Repository } from './repository.ts'

/** What pino's logger and test doubles have in common. */
/** A clone of its own for one attempt (or one closing). Disposing removes it; that never throws. */
export type AttemptClone = AsyncDisposable & {
  /** Holds the record, the prompt, `tree` and our own git folders; mode 0700. */
  readonly directory: string
  /** The checkout that the agent works in. */
  readonly tree: string
  readonly token: string
  /** Git in the clone, before any agent has touched it: afterwards its configuration is not trusted. */
  readonly place: GitPlace
  /** Remembers who leads the agent's process group. */
  readonly recordLeader: (pid: number) => void
}

export type CloneSource = {
  readonly repository: Repository
  /** Where clones live; made with mode 0700. */
  readonly workDir: string
  readonly environment: Environment
  readonly log: Log
}

export type ClonePurpose = {
  readonly runId: string
  readonly taskId: string | null
  readonly attempt: number
  /** Branch that the clone has checked out, such as `maniple/<run>/task/<task>`. */
  readonly branch: string
  /** Commit to check out. */
  readonly commit: string
  readonly signal: AbortSignal
}

type Setting = readonly [section: string, field: string, value: string]

type GitFolder = {
  readonly gitDirectory: string
  readonly tree: string
  /** The text of HEAD. */
  readonly head: string
  readonly config?: readonly Setting[]
  /** Further object folders to borrow from. */
  readonly borrowed?: readonly string[]
}

export const cloneFolder = /^clone-[0-9a-z]{16}$/u

/**
 * Makes a clone with borrowed objects: what `git clone --shared` does, but without the remote, so
 * that an agent's `git push` cannot reach the user's repository, and without templates and hooks.
 * Not a worktree: those share refs, stashes and configuration with the user's checkout.
 */
export async function openAttemptClone(
  source: CloneSource,
  purpose: ClonePurpose,
): Promise<AttemptClone> {
  await mkdir(source.workDir, { recursive: true, mode: 0o700 })
  const token = newId(24)
  const directory = join(await realpath(source.workDir), `clone-${newId(16)}`)
  const tree = join(directory, 'tree')
  await mkdir(directory, { mode: 0o700 })
  const dispose = async () => {
    await removeTree(directory).catch((err: unknown) => {
      source.log.warn({ directory, err }, 'A clone could not be removed; a later start tries again')
    })
  }
  try {
    const record = newRecord(purpose, token)
    await writeRecord(directory, record)
    const { commit, branch, signal } = purpose
    const gitDirectory = join(tree, '.git')
    const head = `ref: refs/heads/${branch}`
    const config = agentSettings(source.repository)
    const place = await createGitFolder(source, { gitDirectory, tree, head, config })
    await lendRefs(source.repository, gitDirectory, signal)
    await git(place, ['checkout', '--quiet', '--no-track', '-B', branch, commit], { signal })
    const recordLeader = (pid: number) =>
      writeRecordNow(directory, { ...record, leader: identifyProcess(pid) })
    return { directory, tree, token, place, recordLeader, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/**
 * A new git folder of ours that borrows the source's objects (and those of `borrowed`). Git in it
 * sees neither the user's nor the system's configuration: no filters (Git LFS files stay pointers
 * on the way in and out), no signing, no hooks, no monitors. Borrowing is safe while the user runs
 * `git gc`: all that a clone builds on is reachable from `maniple/<run>/base` or a task's branch.
 *
 * Written by hand (gitrepository-layout(5)) and not by `git init`: starting a process holds up the
 * event loop, 9 ms each when 24 attempts begin at once on two busy cores.
 */
export async function createGitFolder(
  source: CloneSource,
  { gitDirectory, tree, head, config = [], borrowed = [] }: GitFolder,
): Promise<GitPlace> {
  const { repository } = source
  for (const folder of ['info', 'objects/info', 'objects/pack', 'refs/heads']) {
    await mkdir(join(gitDirectory, folder), { recursive: true, mode: 0o700 })
  }
  const alternates = [...borrowed, join(repository.gitDirectory, 'objects')]
  const lines = alternates.map((path) => `${quoted(path)}\n`).join('')
  await writeFile(join(gitDirectory, 'objects', 'info', 'alternates'), lines)
  await writeFile(join(gitDirectory, 'HEAD'), `${head}\n`)
  const settings = [...formatSettings(repository), ...config].map(configLine).join('')
  await writeFile(join(gitDirectory, 'config'), settings)
  for (const name of ['shallow', join('info', 'exclude')]) {
    await copyIfThere(join(repository.gitDirectory, name), join(gitDirectory, name))
  }
  return gitPlace(source, { gitDirectory, tree })
}

function gitPlace(
  { repository, environment }: CloneSource,
  { gitDirectory, tree }: Pick<GitFolder, 'gitDirectory' | 'tree'>,
): GitPlace {
  const { name, email } = repository.identity
  return {
    directory: tree,
    environment: {
      PATH: environment.PATH ?? '/usr/local/bin:/usr/bin:/bin',
      // Git takes a home that cannot exist for one without configuration.
      HOME: '/dev/null',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_ATTR_NOSYSTEM: '1',
      GIT_DIR: gitDirectory,
      GIT_WORK_TREE: tree,
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
    },
    settings: [
      'core.hooksPath=/dev/null',
      'core.fsmonitor=false',
      'core.attributesFile=/dev/null',
      `core.excludesFile=${repository.excludesFile ?? '/dev/null'}`,
      'commit.gpgSign=false',
      'gc.auto=0',
      'maintenance.auto=false',
      'rerere.enabled=false',
      'advice.detachedHead=false',
    ],
  }
}

/** What `git init` would write: the format, and how file names behave here. */
function formatSettings({ objectFormat }: Repository): readonly Setting[] {
  const format = String(objectFormat === 'sha256' ? 1 : 0)
  const settings: Setting[] = [['core', 'repositoryFormatVersion', format]]
  if (objectFormat === 'sha256') settings.push(['extensions', 'objectFormat', objectFormat])
  settings.push(['core', 'bare', 'false'])
  if (process.platform === 'darwin') {
    settings.push(['core', 'ignoreCase', 'true'], ['core', 'precomposeUnicode', 'true'])
  }
  return settings
}

function configLine([section, field, value]: Setting): string {
  return `[${section}]\n\t${field} = ${JSON.stringify(value)}\n`
}

/** So that the agent's own git commits as the user would, without hooks, signing or clean-up. */
function agentSettings({ identity }: Repository): readonly Setting[] {
  return [
    ['core', 'hooksPath', '/dev/null'],
    ['commit', 'gpgSign', 'false'],
    ['tag', 'gpgSign', 'false'],
    ['gc', 'auto', '0'],
    ['maintenance', 'auto', 'false'],
    ['user', 'name', oneLine(identity.name)],
    ['user', 'email', oneLine(identity.email)],
  ]
}

/** Tags and branches as a clone would have them: builds ask `git describe` for their version. */
async function lendRefs(
  { place }: Repository,
  gitDirectory: string,
  signal: AbortSignal,
): Promise<void> {
  const format = '%(if)%(symref)%(then)%(else)%(objectname) %(refname)%(end)'
  const asked = ['for-each-ref', `--format=${format}`, 'refs/heads', 'refs/tags']
  const refs = (await git(place, asked, { signal }))
    .split('\n')
    .filter((line) => line !== '' && !line.includes(' refs/heads/maniple/'))
    .map((line) => `${line.replace(' refs/heads/', ' refs/remotes/origin/')}\n`)
  await writeFile(join(gitDirectory, 'packed-refs'), refs.join(''))
}

/** A line of `objects/info/alternates`: a leading quote, `#` or line break would be misread. */
function quoted(path: string): string {
  return /^["#]|[\n\r]/u.test(path) ? JSON.stringify(path) : path
}

async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to)
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!absent) throw error
  }
}

function newRecord({ runId, taskId, attempt }: ClonePurpose, token: string): CloneRecord {
  const owner = identifyProcess(process.pid)
  if (owner === null) throw new Error('This process cannot find itself in the process table')
  return { host: identifyHost(), owner, leader: null, token, runId, taskId, attempt }
}
