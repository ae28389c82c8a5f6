import { systemClock } from '../../shared/index.ts'
import { commandLine } from '../command-words.ts'
import { exitCodes } from '../exit-codes.ts'
import type { GlobalFlags, QuietFlag } from '../flags.ts'
import { followRun } from '../follow-run.ts'
import { catchInterrupts } from '../interrupts.ts'
import { loadSettings } from '../load-settings.ts'
import { displayFor, openFor, printReport } from '../perform-run.ts'

/** `watch RUN`: follows a run that any process performs; resolves with the exit code it earned. */
export async function watch(id: string, flags: GlobalFlags & QuietFlag): Promise<number> {
  using interrupts = catchInterrupts()
  const { signal } = interrupts
  const display = displayFor(flags)
  await using session = await openFor({ settings: loadSettings(flags), flags, display, signal })
  const { runs } = session
  const { tasks } = await runs.snapshot(id)
  display.know(tasks.filter((task) => task.finishedAt !== null))
  try {
    await followRun({ runs, id, display, clock: systemClock, signal })
  } catch (error) {
    if (!signal.aborted) throw error
    display.say(
      `Stopped watching; the run goes on. To stop it: ${commandLine(['cancel', id], flags)}`,
    )
    return exitCodes.cancelled
  }
  return await printReport(await runs.report(id), flags)
}
