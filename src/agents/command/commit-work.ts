import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../shared/index.ts'
import { readAgentHead } from './agent-head.ts'
import { type AttemptClone, type CloneSource, createGitFolder } from './attempt-clone.ts'
import { type GitPlace, git, gitBytes, runGit } from './git.ts'
import { storableText } from './output-tail.ts'

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
  const gitDirectory = join(clone.directory, 'result.git')
  const borrowed = [join(agentGit, 'objects')]
  const place = await createGitFolder(source, { gitDirectory, tree: clone.tree, borrowed })
  const parent = await soundParent(place, { start, agentHead, signal })
  const { written, nestedRepositories } = await writeTree(place, parent, signal)
  const parentTree = await git(place, ['rev-parse', `${parent}^{tree}`], { signal })
  const commit =
    written === parentTree
      ? parent
      : await git(place, ['commit-tree', '-p', parent, '-F', '-', written], {
          signal,
          input: message,
        })
  const paths = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', start, commit]
  const files = entries(await gitBytes(place, paths, { signal })).map(shown)
  const noChanges = files.length === 0
  const result = noChanges ? start : commit
  await git(place, ['update-ref', 'HEAD', result], { signal })
  return {
    gitDirectory,
    commit: result,
    noChanges,
    filesChanged: files.length,
    files: files.slice(0, shownFiles),
    nestedRepositories: nestedRepositories.map(shown),
  }
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

/**
 * The work of `git add -A` and `git write-tree` in plumbing: `add` would run `git status` inside
 * nested repositories, which obeys their configuration.
 */
async function writeTree(place: GitPlace, parent: string, signal: AbortSignal) {
  await git(place, ['read-tree', parent], { signal })
  // Ends with 1 when something differs, which is no failure.
  await runGit(place, ['update-index', '-q', '--refresh'], { signal })
  const differing = ['diff-files', '-z', '--name-status', '--no-renames']
  const tracked = entries(
    await gitBytes(place, [...differing, '--ignore-submodules=dirty'], { signal }),
  )
  const removed: string[] = []
  const changed: string[] = []
  for (let index = 0; index + 1 < tracked.length; index += 2) {
    const list = tracked[index] === 'D' ? removed : changed
    list.push(tracked[index + 1] ?? '')
  }
  const untracked = entries(
    await gitBytes(place, ['ls-files', '-z', '--others', '--exclude-standard'], { signal }),
  )
  // A folder among the files is a repository of its own.
  const nestedRepositories = untracked.filter((path) => path.endsWith('/'))
  changed.push(...untracked.filter((path) => !path.endsWith('/')))
  if (removed.length > 0) {
    const nothing = '0'.repeat(parent.length)
    const input = lines(removed.map((path) => `0 ${nothing}\t${path}`))
    await git(place, ['update-index', '-z', '--index-info'], { signal, input })
  }
  if (changed.length > 0) {
    const args = ['update-index', '--add', '--remove', '--replace', '-z', '--stdin']
    await git(place, args, { signal, input: lines(changed) })
  }
  return { written: await git(place, ['write-tree'], { signal }), nestedRepositories }
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
