import { constants } from 'node:fs'
import { access, realpath, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AppError } from '../../shared/index.ts'
import { type GitPlace, git, runGit } from './git.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A user's repository that can serve as source. Opening it changes nothing in it. */
export type Repository = {
  /** The top level of the checkout (for a bare repository, its own folder); no symbolic links. */
  readonly root: string
  /** The git folder that all its worktrees share. */
  readonly gitDirectory: string
  readonly objectFormat: 'sha1' | 'sha256'
  /** Commit that HEAD named when it was opened. */
  readonly head: string
  /** Null when HEAD is detached. */
  readonly branch: string | null
  /** Files changed, staged or untracked: agents start at HEAD and do not see them. */
  readonly uncommittedFiles: number
  /** For the user: that there is uncommitted work and that it is left out. Null when there is none. */
  readonly note: string | null
  /** Who commits: the repository's configured identity, else Maniple's own. */
  readonly identity: { readonly name: string; readonly email: string }
  /** The user's own ignore file, honoured when work is committed. */
  readonly excludesFile: string | null
  /** Git in this repository: with the user's configuration, without hooks and monitors. */
  readonly place: GitPlace
}

// What git needs to find the user's configuration, and to judge who owns the folder.
const gitVariables =
  /^(?:PATH|HOME|USER|LOGNAME|TMPDIR|XDG_CONFIG_HOME|SUDO_UID|GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+))$/u

// Hooks could do anything in the user's repository; an optional lock would rewrite the index.
const sourceSettings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'protocol.file.allow=always',
  'fetch.fsckObjects=true',
  'fetch.writeCommitGraph=false',
]

/**
 * Opens the repository that holds `path` (its top level or any folder below).
 * Throws `repository_invalid` (no repository, no commit, not writable, a branch in the way) and
 * `git_missing`.
 */
export async function openRepository(
  path: string,
  environment: Environment,
  signal?: AbortSignal,
): Promise<Repository> {
  const folder = await existingFolder(path)
  const asked = sourcePlace(folder, environment)
  await checkVersion(asked, signal)
  const ask = (place: GitPlace, ...args: string[]) => answer(place, args, signal)
  const found = await runGit(asked, ['rev-parse', '--is-bare-repository'], { signal })
  if (found.exitCode !== 0) throw notRepository(path, found.stderr)
  const top = await ask(asked, 'rev-parse', '--show-toplevel')
  const common = await ask(asked, 'rev-parse', '--git-common-dir')
  if (common === null) throw notRepository(path, 'its git folder was not found')
  const gitDirectory = await realpath(resolve(folder, common))
  const root = top === null ? gitDirectory : await realpath(top)
  const place = sourcePlace(root, environment)
  const head = await ask(place, 'rev-parse', '--verify', '--quiet', 'HEAD^{commit}')
  if (head === null) {
    throw invalid(root, 'has no commit to start from: commit something first')
  }
  if ((await ask(place, 'rev-parse', '--verify', '--quiet', 'refs/heads/maniple')) !== null) {
    throw invalid(root, 'has a branch named "maniple", under which results go: rename that branch')
  }
  await checkWritable(root, gitDirectory)
  const uncommittedFiles = top === null ? 0 : await countUncommitted(place, signal)
  return {
    root,
    gitDirectory,
    objectFormat: head.length === 64 ? 'sha256' : 'sha1',
    head,
    branch: await ask(place, 'symbolic-ref', '--quiet', '--short', 'HEAD'),
    uncommittedFiles,
    note: uncommittedNote(root, uncommittedFiles),
    identity: await identityOf(place, signal),
    excludesFile: await excludesFileOf(place, environment, signal),
    place,
  }
}

function sourcePlace(directory: string, environment: Environment): GitPlace {
  const kept: Record<string, string> = { GIT_OPTIONAL_LOCKS: '0' }
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && gitVariables.test(name)) kept[name] = value
  }
  return { directory, environment: kept, settings: sourceSettings }
}

async function existingFolder(path: string): Promise<string> {
  const found = await stat(resolve(path)).catch((cause: unknown) => {
    throw new AppError('repository_invalid', `${path} cannot be read: name an existing folder`, {
      cause,
    })
  })
  if (!found.isDirectory()) {
    throw new AppError('repository_invalid', `${path} is a file: name the repository's folder`)
  }
  return realpath(resolve(path))
}

async function checkVersion(place: GitPlace, signal?: AbortSignal): Promise<void> {
  const text = await git(place, ['version'], { signal })
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/u.exec(text) ?? []
  if (Number(major) < 2 || (Number(major) === 2 && Number(minor) < 30)) {
    throw new AppError('git_missing', `${text} is too old: install git 2.30 or newer`)
  }
}

async function answer(
  place: GitPlace,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string | null> {
  const { exitCode, stdout } = await runGit(place, args, { signal })
  // Only the line end is git's: a folder's name may end in a space.
  const text = stdout.toString('utf8').replace(/\n$/u, '')
  return exitCode === 0 && text !== '' ? text : null
}

function notRepository(path: string, stderr: string): AppError {
  const words = stderr.trim().split('\n')[0] ?? ''
  const remedy = /dubious ownership/u.test(words)
    ? 'tell git that you trust it: git config --global --add safe.directory FOLDER'
    : 'name a folder inside a git repository, or run git init and commit'
  return new AppError(
    'repository_invalid',
    `${path} is no usable git repository (${words}): ${remedy}`,
  )
}

function invalid(root: string, problem: string): AppError {
  return new AppError('repository_invalid', `${root} ${problem}`)
}

async function checkWritable(root: string, gitDirectory: string): Promise<void> {
  for (const folder of ['objects', 'refs']) {
    await access(join(gitDirectory, folder), constants.W_OK).catch((cause: unknown) => {
      throw new AppError(
        'repository_invalid',
        `${root} is read-only for this user: results are stored as branches in it, so make ${join(gitDirectory, folder)} writable or use a clone`,
        { cause },
      )
    })
  }
}

async function countUncommitted(place: GitPlace, signal?: AbortSignal): Promise<number> {
  const args = ['status', '--porcelain', '-z', '--no-renames', '--ignore-submodules=dirty']
  const listed = await git(place, args, { signal })
  return listed.split('\0').filter((line) => line !== '').length
}

function uncommittedNote(root: string, files: number): string | null {
  if (files === 0) return null
  const what = files === 1 ? '1 uncommitted file' : `${files} uncommitted files`
  return `${what} in ${root} left out: agents start at the last commit`
}

async function identityOf(place: GitPlace, signal?: AbortSignal): Promise<Repository['identity']> {
  const name = await answer(place, ['config', '--get', 'user.name'], signal)
  const email = await answer(place, ['config', '--get', 'user.email'], signal)
  // One without the other would put a stranger's name on an address.
  if (name === null || email === null) return { name: 'Maniple', email: 'maniple@localhost' }
  return { name, email }
}

async function excludesFileOf(
  place: GitPlace,
  environment: Environment,
  signal?: AbortSignal,
): Promise<string | null> {
  const args = ['config', '--type=path', '--get', 'core.excludesFile']
  const configured = await answer(place, args, signal)
  if (configured !== null) return resolve(place.directory, configured)
  const { XDG_CONFIG_HOME: xdg, HOME: home } = environment
  if (xdg) return join(xdg, 'git', 'ignore')
  return home ? join(home, '.config', 'git', 'ignore') : null
}
