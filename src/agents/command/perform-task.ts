import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AgentContext, AgentResult, AgentTask } from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import type { AttemptClone } from './attempt-clone.ts'
import { childEnvironment } from './child-environment.ts'
import type { CommandSetting } from './command-agent-options.ts'
import type { CommandOutput } from './command-output.ts'
import { commitWork, rememberIndex } from './commit-work.ts'
import { oneLine } from './output-tail.ts'
import { promptOf } from './prompt.ts'
import { publish, taskBranch } from './run-branches.ts'
import { type CommandOutcome, runCommand } from './run-command.ts'
import { openAtStart } from './starting-point.ts'

/**
 * One attempt: a clone at the task's starting point, the command in it, its work committed and,
 * if the fence still holds, published as `maniple/<run>/task/<task>`. The clone is removed whatever
 * happens.
 */
export async function performTask(
  setting: CommandSetting,
  task: AgentTask,
  context: AgentContext,
): Promise<AgentResult> {
  const { signal } = context
  const branch = taskBranch(task.runId, task.taskId)
  const { clone, base, start } = await openAtStart(setting, task, signal)
  await using _ = clone
  await rememberIndex(clone)
  const outcome = await runAgent(setting, { task, clone, signal })
  if (outcome.exitCode !== 0) throw commandFailure(setting.command, outcome)
  const work = await commitWork(setting, clone, { start, message: messageOf(task), signal })
  await requireFence(context)
  await publish(setting.repository, { from: work.gitDirectory, branch, signal })
  const output: CommandOutput = {
    branch,
    commit: work.commit,
    start,
    base,
    noChanges: work.noChanges,
    filesChanged: work.filesChanged,
    files: [...work.files],
    nestedRepositories: [...work.nestedRepositories],
    exitCode: outcome.exitCode,
    outputTail: outcome.outputTail,
    outputTruncated: outcome.outputTruncated,
    durationMs: outcome.durationMs,
  }
  return { output, cost: {}, simulated: false }
}

/** Throws unless the attempt still holds its fence: nothing may be published then. */
export async function requireFence(context: AgentContext): Promise<void> {
  const ours = await context.stillOurs()
  context.signal.throwIfAborted()
  if (ours) return
  throw new AppError('cancelled', 'Another attempt took over: the result was not published')
}

async function runAgent(
  setting: CommandSetting,
  { task, clone, signal }: { task: AgentTask; clone: AttemptClone; signal: AbortSignal },
): Promise<CommandOutcome> {
  const prompt = promptOf(task, clone.token)
  // Beside the tree, so that it is never committed.
  const promptFile = join(clone.directory, 'prompt.md')
  await writeFile(promptFile, prompt, { mode: 0o600 })
  return runCommand({
    command: setting.command,
    directory: clone.tree,
    environment: {
      ...agentEnvironment(setting, clone, task.runId),
      MANIPLE_PROMPT_FILE: promptFile,
      MANIPLE_TASK_ID: task.taskId,
      MANIPLE_TASK_TITLE: oneLine(task.title),
      MANIPLE_ATTEMPT: String(task.attempt),
    },
    input: prompt,
    token: clone.token,
    outputLimitBytes: setting.outputLimitBytes,
    clock: setting.clock,
    onStart: clone.recordLeader,
    live: setting.live,
    signal,
  })
}

export function agentEnvironment(
  setting: CommandSetting,
  clone: AttemptClone,
  runId: string,
): Record<string, string> {
  return {
    ...childEnvironment(setting.environment, setting.passEnvironment),
    // An agent that removes its .git must not find a repository further up.
    GIT_CEILING_DIRECTORIES: clone.directory,
    GIT_TERMINAL_PROMPT: '0',
    MANIPLE_RUN_ID: runId,
  }
}

function messageOf(task: AgentTask): string {
  const subject = oneLine(task.title) || `Task ${task.taskId}`
  return `${subject}\n\nManiple-Run: ${task.runId}\nManiple-Task: ${task.taskId}\n`
}

function commandFailure(command: string, { exitCode, endedBy, outputTail }: CommandOutcome) {
  const said = lastLines(outputTail)
  const words = said === '' ? 'It printed nothing' : `It said: ${said}`
  if (exitCode === 127 || exitCode === 126) {
    const why = exitCode === 127 ? 'was not found' : 'cannot be executed'
    const message = `The agent command ${why} (exit code ${exitCode}): ${shortened(command)}. ${words}`
    return new AppError('agent_failed', message, { isRetryable: false })
  }
  const how = exitCode === null ? `was ended by ${endedBy}` : `ended with exit code ${exitCode}`
  return new AppError('agent_failed', `The agent command ${how}. ${words}`)
}

function lastLines(text: string): string {
  const lines = text.split('\n').map(oneLine)
  const said = lines.filter((line) => line !== '').slice(-5)
  return said.join(' | ').slice(-1_000).toWellFormed()
}

function shortened(command: string): string {
  const line = oneLine(command)
  return line.length > 200 ? `${line.slice(0, 200)}…`.toWellFormed() : line
}
