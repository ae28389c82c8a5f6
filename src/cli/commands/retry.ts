import { AppError } from '../../shared/index.ts'
import { agentCommand } from '../agent-command.ts'
import { catchInterrupts } from '../interrupts.ts'
import { loadSettings } from '../load-settings.ts'
import { openSession } from '../open-session.ts'
import { performRun } from '../perform-run.ts'
import type { RetryFlags } from '../program.ts'

/** `retry RUN`: reruns what did not succeed, to the end; resolves with the exit code. */
export async function retry(id: string, flags: RetryFlags): Promise<number> {
  const command = agentCommand(flags)
  const settings = loadSettings(flags)
  using interrupts = catchInterrupts()
  await using session = await openSession(settings, command)
  interrupts.signal.throwIfAborted()
  const { agent } = await session.runs.get(id)
  if (agent === 'command' && command === undefined) {
    const how = '--agent CMD --repo DIR [--check CMD]'
    const message = `Run ${id} was performed by an agent command; give it again: retry ${id} ${how}`
    throw new AppError('retry_not_possible', message)
  }
  if (agent !== 'command' && command !== undefined) {
    const message = `Run ${id} is performed by ${agent}; retry it without --agent`
    throw new AppError('retry_not_possible', message)
  }
  const run = await session.runs.retry(id)
  await session.startWorker()
  return await performRun({ session, run, flags, interrupted: interrupts.signal })
}
