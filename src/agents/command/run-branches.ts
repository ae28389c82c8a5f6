import { AppError } from '../../shared/index.ts'
import { git, runGit } from './git.ts'
import type { Repository } from './repository.ts'

// The three kinds of branch that Maniple writes; no other ref of the user's repository ever changes.
const safeId = /^[a-z0-9][a-z0-9-]{0,99}$/iu

function branchOf(runId: string, ...rest: string[]): string {
  for (const id of [runId, ...rest]) {
    if (!safeId.test(id)) {
      throw new AppError(
        'input_invalid',
        `"${id}" cannot be part of a branch name: use a-z, 0-9, -`,
      )
    }
  }
  return ['maniple', runId, ...rest].join('/')
}

export const taskBranch = (runId: string, taskId: string) => branchOf(runId, 'task', taskId)
export const combinedBranch = (runId: string) => branchOf(runId, 'combined')

/**
 * The commit that every attempt of a run starts from: HEAD when the run was first seen, kept as the
 * branch `maniple/<run>/base`. Whoever creates the branch first decides, in any process; so a
 * commit that the user makes meanwhile changes nothing, and neither `git gc` nor an amended commit
 * can take away the objects that the clones borrow.
 */
export async function baseCommit(
  repository: Repository,
  runId: string,
  signal?: AbortSignal,
): Promise<string> {
  const branch = branchOf(runId, 'base')
  const known = await commitOf(repository, branch, signal)
  if (known !== null) return known
  const head = await git(repository.place, ['rev-parse', '--verify', 'HEAD^{commit}'], { signal })
  const mustBeNew = '0'.repeat(head.length)
  const args = ['update-ref', '-m', 'maniple: base', `refs/heads/${branch}`, head, mustBeNew]
  try {
    await git(repository.place, args, { signal })
    return head
  } catch (error) {
    const decided = await commitOf(repository, branch, signal)
    if (decided !== null) return decided
    throw error
  }
}

/** The commit a branch of Maniple's names, or null. */
async function commitOf(
  repository: Repository,
  branch: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{commit}`]
  const { exitCode, stdout } = await runGit(repository.place, args, { signal })
  return exitCode === 0 ? stdout.toString('utf8').trim() : null
}

/**
 * Brings HEAD of a git folder of ours into the user's repository as `branch`. It runs in the user's
 * repository and touches nothing but objects and that branch: no tags, no FETCH_HEAD, no hooks, no
 * pruning. Git refuses if the user has that very branch checked out. New objects are checked
 * (`fetch.fsckObjects`), since an agent may have written them by hand.
 */
export async function publish(
  repository: Repository,
  { from, branch, signal }: { from: string; branch: string; signal: AbortSignal },
): Promise<void> {
  const quiet = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance']
  const narrow = ['--no-recurse-submodules', '--no-prune', '--no-show-forced-updates']
  const args = ['fetch', ...quiet, ...narrow, from, `+HEAD:refs/heads/${branch}`]
  await git(repository.place, args, { signal })
}
