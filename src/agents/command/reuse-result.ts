import { createHash } from 'node:crypto'
import type { AgentContext, AgentTask } from '../../contracts/index.ts'
import type { JsonObject } from '../../shared/index.ts'
import type { CommandSetting } from './command-agent-options.ts'
import { parseCommandOutput } from './command-output.ts'
import { git, runGit } from './git.ts'
import { requireFence } from './perform-task.ts'
import { baseCommit, taskBranch } from './run-branches.ts'
import { dependencyParts, openAtStart } from './starting-point.ts'

/** The command, the run's base and the work it builds on: with the task, all that decides a result. */
export async function fingerprintOf(setting: CommandSetting, task: AgentTask): Promise<string> {
  const base = await baseCommit(setting.repository, task.runId)
  const commits = dependencyParts(task).map((part) => part.commit)
  const facts = JSON.stringify(['command', setting.repository.root, setting.command, base, commits])
  return createHash('sha256').update(facts).digest('hex')
}

/**
 * Takes over an earlier result: the new run's branch is made at its commit. Null when the commit is
 * no longer whole in the repository, or began on something else than this task would.
 */
export async function reuseResult(
  setting: CommandSetting,
  { task, output }: { task: AgentTask; output: JsonObject },
  context: AgentContext,
): Promise<JsonObject | null> {
  const { signal } = context
  const earlier = parseCommandOutput(output)
  if (earlier === null) return null
  const { repository } = setting
  const base = await baseCommit(repository, task.runId, signal)
  if (earlier.base !== base || earlier.start !== (await startOf(setting, { task, base }, signal))) {
    return null
  }
  // Also asks for every object: an unreachable commit may have lost some to `git gc`.
  const whole = ['rev-list', '--objects', '--quiet', earlier.commit, '--not', base]
  if ((await runGit(repository.place, whole, { signal })).exitCode !== 0) return null
  await requireFence(context)
  const branch = taskBranch(task.runId, task.taskId)
  const args = ['update-ref', '-m', 'maniple: reused', `refs/heads/${branch}`, earlier.commit]
  await git(repository.place, args, { signal })
  return { ...earlier, branch }
}

async function startOf(
  setting: CommandSetting,
  { task, base }: { task: AgentTask; base: string },
  signal: AbortSignal,
): Promise<string> {
  const parts = dependencyParts(task)
  if (parts.length < 2) return parts[0]?.commit ?? base
  // A merge has the same commit id whenever it is made.
  const { clone, start } = await openAtStart(setting, task, signal)
  await clone[Symbol.asyncDispose]()
  return start
}
