import type { AgentTask } from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import { type AttemptClone, type CloneSource, openAttemptClone } from './attempt-clone.ts'
import { parseCommandOutput } from './command-output.ts'
import { type MergePart, mergeCommits } from './merge-commits.ts'
import { oneLine } from './output-tail.ts'
import { baseCommit, taskBranch } from './run-branches.ts'

export type StartedClone = {
  readonly clone: AttemptClone
  readonly base: string
  /** The base, or the merged work of the task's dependencies: what the clone has checked out. */
  readonly start: string
}

/**
 * Opens a clone at the task's starting point. Throws `merge_conflict`, not retryable, when the
 * dependencies' work does not fit together.
 */
export async function openAtStart(
  source: CloneSource,
  task: AgentTask,
  signal: AbortSignal,
): Promise<StartedClone> {
  const { runId, taskId, attempt } = task
  const base = await baseCommit(source.repository, runId, signal)
  const parts = dependencyParts(task)
  const [first, ...others] = parts
  const branch = taskBranch(runId, taskId)
  const commit = first?.commit ?? base
  const clone = await openAttemptClone(source, { runId, taskId, attempt, branch, commit, signal })
  if (first === undefined || others.length === 0) return { clone, base, start: commit }
  try {
    const result = await mergeCommits(clone.place, others, {
      // Nothing of the run in it: an equal task of another run must get the same commit.
      messageOf: (part) => `Merge "${oneLine(part.title)}" as a start for further work`,
      fastForward: true,
      signal,
    })
    const [conflict] = result.conflicts
    if (conflict === undefined) return { clone, base, start: result.commit }
    const against = conflict.against.length > 0 ? conflict.against : [first]
    const tasks = [...against, conflict.part].map((part) => part.taskId).join(' and ')
    throw new AppError(
      'merge_conflict',
      `"${oneLine(task.title)}" cannot start: the work of ${tasks} conflicts in ` +
        `${conflict.files.join(', ')}. Let one of them depend on the other, then retry`,
    )
  } catch (error) {
    await clone[Symbol.asyncDispose]()
    throw error
  }
}

/** What the dependencies published, each commit once, in the order of their ids. */
export function dependencyParts(task: AgentTask): readonly MergePart[] {
  const parts = new Map<string, MergePart>()
  for (const { taskId, output } of task.dependencies) {
    const given = parseCommandOutput(output)
    if (given === null || parts.has(given.commit)) continue
    parts.set(given.commit, { taskId, title: taskId, commit: given.commit, start: given.start })
  }
  return [...parts.values()]
}
