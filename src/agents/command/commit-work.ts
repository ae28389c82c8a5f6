import { copyFile, lstat, mkdtemp, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, storableText } from '../../shared/index.ts'
import { readAgentHead } from './agent-head.ts'
import { type AttemptClone, type CloneSource, createGitFolder } from './attempt-clone.ts'
import { type GitPlace, git, gitBytes, runGit } from './git.ts'

export type CommittedWork = {
  /** Git folder whose HEAD is the result: to publish from. */
  readonly gitDirectory: string
  /** The start itself when nothing changed. */
  readonly commit: string
  readonly noChanges: boolean
  readonly filesChanged: number
  /** The first 50. */
  readonly files: readonly string[]
  /** Repositories that the agent made inside the tree: their files cannot be committed. */
  readonly nestedRepositories: readonly string[]
}

const shownFiles = 50

/**
 * Commits what an agent left in its tree, on top of the commits it made itself.
 *
 * From the moment an agent has run, its `.git` is data. Git obeys what it finds there (monitors,
 * filters, hooks, alternates), and such a command would run after the agent's time-out and outside
 * its process group. So the tree is committed through a new git folder of ours that only borrows
 * the agent's objects; its HEAD is read as a file; nested repositories are never entered.
 */
export async function commitWork(
  source: CloneSource,
  clone: AttemptClone,
  { start, message, signal }: { start: string; message: string; signal: AbortSignal },
): Promise<CommittedWork> {
  const tree = await lstat(clone.tree).catch(() => null)
  if (!tree?.isDirectory()) {
    throw new AppError('agent_failed', 'The agent removed its clone: nothing was published')
  }
  const agentGit = join(clone.tree, '.git')
  const agentHead = await readAgentHead(agentGit)
  // A name that the agent cannot have planted a link at: writing through one would reach elsewhere.
  const gitDirectory = await mkdtemp(join(clone.directory, 'result-'))
  const borrowed = [join(agentGit, 'objects')]
  const folder = { gitDirectory, tree: clone.tree, head: start, borrowed }
  const place = await createGitFolder(source, folder)
  const parent = await soundParent(place, { start, agentHead, signal })
  await takeIndex(place, { clone, gitDirectory, start, parent, signal })
  const left = await changesLeft(place, signal)
  const commit = await commitChanges(place, { left, parent, message, signal })
  const files = parent === start ? left.all : await filesBetween(place, [start, commit], signal)
  const noChanges = files.length === 0
  const result = noChanges ? start : commit
  await writeFile(join(gitDirectory, 'HEAD'), `${result}\n`)
  return {
    gitDirectory,
    commit: result,
    noChanges,
    filesChanged: files.length,
    files: files.slice(0, shownFiles).map(shown),
    nestedRepositories: left.nested.map(shown),
  }
}

/**
 * Keeps the index as it was before the agent ran, so that only files it touched are read again: in
 * a large repository that is most of the work.
 */
export async function rememberIndex(clone: AttemptClone): Promise<void> {
  const index = join(clone.tree, '.git', 'index')
  const { mtimeMs } = await stat(index)
  await copyIndex({ from: index, to: join(clone.directory, 'start.index'), mtimeMs })
}

/** With its time, rounded down: by it git knows which files may have changed too soon to tell. */
async function copyIndex({ from, to, mtimeMs }: { from: string; to: string; mtimeMs: number }) {
  await copyFile(from, to)
  const seconds = Math.floor(mtimeMs) / 1_000
  await utimes(to, seconds, seconds)
}

type IndexOptions = {
  readonly clone: AttemptClone
  readonly gitDirectory: string
  readonly start: string
  readonly parent: string
  readonly signal: AbortSignal
}

async function takeIndex(place: GitPlace, options: IndexOptions): Promise<void> {
  const { clone, gitDirectory, start, parent, signal } = options
  const from = join(clone.directory, 'start.index')
  const to = join(gitDirectory, 'index')
  const kept = await stat(from).catch((cause: unknown) => {
    throw new AppError(
      'agent_failed',
      'The agent reached out of its clone: nothing was published',
      {
        cause,
      },
    )
  })
  await copyIndex({ from, to, mtimeMs: kept.mtimeMs })
  if (parent !== start) await git(place, ['read-tree', '-i', '-m', parent], { signal })
}

/**
 * The agent's last commit, if it is whole and builds on the start; else the start, on which the
 * tree then goes as one commit: the work is kept, a rewritten or broken history is not.
 */
async function soundParent(
  place: GitPlace,
  { start, agentHead, signal }: { start: string; agentHead: string | null; signal: AbortSignal },
): Promise<string> {
  if (agentHead === null || agentHead === start) return start
  const ancestry = ['merge-base', '--is-ancestor', start, agentHead]
  if ((await runGit(place, ancestry, { signal })).exitCode !== 0) return start
  const complete = ['rev-list', '--objects', '--quiet', agentHead, '--not', start]
  return (await runGit(place, complete, { signal })).exitCode === 0 ? agentHead : start
}

type Changes = {
  readonly removed: readonly string[]
  readonly changed: readonly string[]
  /** Both, in order. */
  readonly all: readonly string[]
  /** Folders that are repositories of their own. */
  readonly nested: readonly string[]
}

/** What differs between the index and the tree. Nested repositories are seen, but not entered. */
async function changesLeft(place: GitPlace, signal: AbortSignal): Promise<Changes> {
  const how = ['--porcelain', '-z', '--no-renames', '--untracked-files=all']
  const args = ['status', ...how, '--ignore-submodules=dirty']
  const removed: string[] = []
  const changed: string[] = []
  const nested: string[] = []
  for (const entry of entries(await gitBytes(place, args, { signal }))) {
    const path = entry.slice(3)
    if (path.endsWith('/')) nested.push(path)
    else if (entry[1] === 'D') removed.push(path)
    else changed.push(path)
  }
  return { removed, changed, all: [...removed, ...changed].toSorted(), nested }
}

type CommitOptions = {
  readonly left: Changes
  readonly parent: string
  readonly message: string
  readonly signal: AbortSignal
}

/** `git add` would run `git status` inside nested repositories, which obeys their configuration. */
async function commitChanges(place: GitPlace, options: CommitOptions): Promise<string> {
  const { left, parent, message, signal } = options
  if (left.all.length === 0) return parent
  if (left.removed.length > 0) {
    // By name alone: a removed file's folder may be a symbolic link to somewhere by now.
    const nothing = '0'.repeat(parent.length)
    const input = lines(left.removed.map((path) => `0 ${nothing}\t${path}`))
    await git(place, ['update-index', '-z', '--index-info'], { signal, input })
  }
  if (left.changed.length > 0) {
    const args = ['update-index', '--add', '--remove', '--replace', '-z', '--stdin']
    await git(place, args, { signal, input: lines(left.changed) })
  }
  const tree = await git(place, ['write-tree'], { signal })
  const args = ['commit-tree', '-p', parent, '-F', '-', tree]
  return git(place, args, { signal, input: message })
}

async function filesBetween(
  place: GitPlace,
  commits: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', ...commits]
  return entries(await gitBytes(place, args, { signal }))
}

// File names are bytes: latin1 carries each through a string unchanged.
function entries(listed: Buffer): string[] {
  return listed
    .toString('latin1')
    .split('\0')
    .filter((entry) => entry !== '')
}

function lines(paths: readonly string[]): Buffer {
  return Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1')
}

function shown(path: string): string {
  return storableText(Buffer.from(path, 'latin1').toString('utf8'))
}
