import { agentCommand } from '../agent-command.ts'
import { catchInterrupts } from '../interrupts.ts'
import { loadSettings } from '../load-settings.ts'
import { localCaller } from '../local-caller.ts'
import { displayFor, openFor, performRun } from '../perform-run.ts'
import type { RetryFlags } from '../program.ts'

/**
 * `retry RUN`: reruns what did not succeed, to the end; resolves with the exit code. A run whose
 * process was killed is not over: it is performed to its end as it stands, unless it was being cancelled.
 */
export async function retry(id: string, flags: RetryFlags): Promise<number> {
  const command = agentCommand(flags)
  const settings = loadSettings(flags)
  using interrupts = catchInterrupts()
  const { signal } = interrupts
  const display = displayFor(flags)
  await using session = await openFor({ settings, flags, display, command, signal })
  const before = await session.runs.snapshot(id)
  display.know(before.tasks.filter((task) => task.state === 'succeeded'))
  const { finishedAt, cancelRequested, agent } = before.run
  const isLeft = finishedAt === null && !cancelRequested && agent !== 'command'
  const run =
    isLeft && command === undefined ? before.run : await session.runs.retry(id, localCaller)
  return await performRun({ session, run, flags, display, interrupted: signal })
}
