import type { AgentContext, ClosingResult, ClosingTask } from '../../contracts/index.ts'
import { type JsonObject, storableText } from '../../shared/index.ts'
import { type AttemptClone, openAttemptClone } from './attempt-clone.ts'
import type { CommandSetting } from './command-agent-options.ts'
import { parseCommandOutput } from './command-output.ts'
import { inDependencyOrder } from './in-dependency-order.ts'
import { type MergePart, type MergeResult, mergeCommits } from './merge-commits.ts'
import { oneLine } from './output-tail.ts'
import { agentEnvironment, requireFence } from './perform-task.ts'
import { openRepository } from './repository.ts'
import { baseCommit, combinedBranch, publish } from './run-branches.ts'
import { runCommand } from './run-command.ts'

/**
 * Merges the finished branches into `maniple/<run>/combined`, publishes it, then runs the check on
 * it. A branch that conflicts is left out and reported. Doing it again gives the same commit.
 *
 * Report: `{combined: {branch, commit, base, merged: [{task, title, commit}], conflicts: [{task,
 * title, files, with}], noChanges: [{task, title}], unfinished: [{task, title, state}]},
 * check: {command, exitCode, passed, outputTail, outputTruncated, durationMs} | null,
 * uncommittedLeftOut, note}`.
 */
export async function closeRun(
  setting: CommandSetting,
  closing: ClosingTask,
  context: AgentContext,
): Promise<ClosingResult> {
  const { signal } = context
  const { runId, attempt } = closing
  const base = await baseCommit(setting.repository, runId, signal)
  const branch = combinedBranch(runId)
  const purpose = { runId, taskId: null, attempt, branch, commit: base, signal }
  const tasks = inDependencyOrder(closing.tasks)
  const { parts, noChanges, unfinished } = sorted(tasks)
  await using clone = await openAttemptClone(setting, purpose)
  const result = await mergeCommits(clone.place, parts, {
    messageOf: (part) =>
      `Merge "${oneLine(part.title)}"\n\nManiple-Run: ${runId}\nManiple-Task: ${part.taskId}`,
    fastForward: false,
    signal,
  })
  await requireFence(context)
  // Before the check: from then on the clone may hold what the check's command put there.
  await publish(setting.repository, { from: `${clone.tree}/.git`, branch, signal })
  const check = tasks.some((task) => task.state === 'succeeded')
    ? await runCheck(setting, clone, { runId, signal })
    : null
  // Looked up again: the user may have gone on working.
  const { uncommittedFiles, note } = await openRepository(
    setting.repository.root,
    setting.environment,
    signal,
  )
  const combined = { branch, commit: result.commit, base, ...listed(result), noChanges, unfinished }
  return {
    ok: result.conflicts.length === 0 && check?.passed !== false,
    report: { combined, check, uncommittedLeftOut: uncommittedFiles > 0, note },
  }
}

type CheckReport = {
  readonly command: string
  readonly exitCode: number | null
  readonly passed: boolean
  readonly outputTail: string
  readonly outputTruncated: boolean
  readonly durationMs: number
}

type Sorted = { parts: MergePart[]; noChanges: JsonObject[]; unfinished: JsonObject[] }

function sorted(tasks: ClosingTask['tasks']): Sorted {
  const found: Sorted = { parts: [], noChanges: [], unfinished: [] }
  for (const { taskId, title, state, output } of tasks) {
    const given = state === 'succeeded' ? parseCommandOutput(output) : null
    const named = { task: taskId, title: storableText(title) }
    if (state !== 'succeeded') found.unfinished.push({ ...named, state })
    else if (given === null || given.noChanges) found.noChanges.push(named)
    else found.parts.push({ taskId, title, commit: given.commit, start: given.start })
  }
  return found
}

function listed({ merged, conflicts }: MergeResult) {
  return {
    merged: merged.map((part) => ({ ...named(part), commit: part.commit })),
    conflicts: conflicts.map(({ part, files, against }) => ({
      ...named(part),
      files,
      with: against.map((other) => other.taskId),
    })),
  }
}

function named({ taskId, title }: MergePart) {
  return { task: taskId, title: storableText(title) }
}

async function runCheck(
  setting: CommandSetting,
  clone: AttemptClone,
  { runId, signal }: { runId: string; signal: AbortSignal },
): Promise<CheckReport | null> {
  if (setting.check === null) return null
  const { endedBy: _, ...outcome } = await runCommand({
    command: setting.check,
    directory: clone.tree,
    environment: agentEnvironment(setting, clone, runId),
    input: '',
    token: clone.token,
    outputLimitBytes: setting.outputLimitBytes,
    clock: setting.clock,
    onStart: clone.recordLeader,
    live: setting.live,
    signal,
  })
  return { command: storableText(setting.check), ...outcome, passed: outcome.exitCode === 0 }
}
