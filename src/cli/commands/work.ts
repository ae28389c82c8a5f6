import { catchInterrupts } from '../interrupts.ts'
import { loadSettings } from '../load-settings.ts'
import { openSession } from '../open-session.ts'
import type { WorkFlags } from '../program.ts'
import { untilAborted } from '../until-aborted.ts'
import { writeJson, writeOutput } from '../write-output.ts'

/** `work`: performs tasks of any run until a signal, then stops gracefully. */
export async function work(flags: WorkFlags): Promise<number> {
  const settings = loadSettings(flags, { 'worker.slots': flags.slots })
  using interrupts = catchInterrupts()
  const { signal } = interrupts
  await using session = await openSession({ settings, logLevel: settings.log.level, signal })
  await session.startWorker()
  const { slots } = settings.worker
  if (flags.json === true) await writeJson(process.stdout, { ready: true, slots })
  await writeOutput(
    process.stderr,
    `maniple performs up to ${slots} tasks at once. Stop with Ctrl-C.\n`,
  )
  await untilAborted(signal)
  await writeOutput(process.stderr, 'maniple is stopping; Ctrl-C once more leaves at once\n')
  return 0
}
