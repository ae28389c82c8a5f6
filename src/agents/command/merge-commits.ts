import { storableText } from '../../shared/index.ts'
import { type GitPlace, git, gitFailure, runGit } from './git.ts'

export type MergePart = {
  readonly taskId: string
  readonly title: string
  readonly commit: string
  /** Commit that the task's work began on. */
  readonly start: string
}

export type MergeConflict = {
  readonly part: MergePart
  readonly files: readonly string[]
  /** The parts merged before it that changed the same files. */
  readonly against: readonly MergePart[]
}

export type MergeResult = {
  readonly commit: string
  readonly merged: readonly MergePart[]
  readonly conflicts: readonly MergeConflict[]
}

type MergeOptions = {
  readonly messageOf: (part: MergePart) => string
  /** Whether the first may be taken as it is, without a merge commit. */
  readonly fastForward: boolean
  readonly signal: AbortSignal
}

/**
 * Merges the parts in their order into what the clone has checked out; one that conflicts is left
 * out. The same parts on the same commit give the same commit id, whenever it is done: a merge is
 * dated like the later of its parents. So retries, the cache and a repeated closing agree.
 */
export async function mergeCommits(
  place: GitPlace,
  parts: readonly MergePart[],
  options: MergeOptions,
): Promise<MergeResult> {
  const merged: MergePart[] = []
  let conflicts: MergeConflict[] = []
  for (const part of parts) {
    const files = await mergeOne(place, part, options)
    if (files === null) merged.push(part)
    else conflicts.push({ part, files, against: await touching(place, merged, files) })
  }
  // One that conflicted may have come in with a dependant that was built on it.
  for (const { part } of conflicts) {
    if (await isMerged(place, part, options.signal)) {
      merged.push(part)
      conflicts = conflicts.filter((conflict) => conflict.part !== part)
    }
  }
  const commit = await git(place, ['rev-parse', 'HEAD'], { signal: options.signal })
  return { commit, merged, conflicts }
}

/** The conflicting files, or null when it went well. */
async function mergeOne(
  place: GitPlace,
  part: MergePart,
  { messageOf, fastForward, signal }: MergeOptions,
): Promise<string[] | null> {
  const times = await git(place, ['show', '-s', '--format=%ct', 'HEAD', part.commit], { signal })
  const date = `@${Math.max(...times.split('\n').map(Number))} +0000`
  const how = ['--quiet', '--no-edit', '--no-stat', fastForward ? '--ff' : '--no-ff']
  const args = ['merge', ...how, '-m', messageOf(part), part.commit]
  const environment = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }
  const { exitCode, stderr } = await runGit(place, args, { signal, environment })
  if (exitCode === 0) return null
  const unmerged = await git(place, ['diff', '-z', '--name-only', '--diff-filter=U'], { signal })
  const files = [...new Set(unmerged.split('\0').filter((file) => file !== ''))].map((file) =>
    storableText(file),
  )
  if (files.length === 0) throw gitFailure(args, exitCode, stderr)
  await git(place, ['reset', '--quiet', '--hard', 'HEAD'], { signal })
  return files
}

async function touching(
  place: GitPlace,
  parts: readonly MergePart[],
  files: readonly string[],
): Promise<MergePart[]> {
  const found: MergePart[] = []
  for (const part of parts) {
    const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', part.start, part.commit]
    const changed = new Set((await git(place, args)).split('\0').map((file) => storableText(file)))
    if (files.some((file) => changed.has(file))) found.push(part)
  }
  return found
}

async function isMerged(place: GitPlace, part: MergePart, signal: AbortSignal): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', part.commit, 'HEAD']
  return (await runGit(place, args, { signal })).exitCode === 0
}
