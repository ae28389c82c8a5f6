import type { GlobalFlags } from '../flags.ts'
import { formatCount } from '../format-quantity.ts'
import { loadSettings } from '../load-settings.ts'
import { localCaller } from '../local-caller.ts'
import { commandLogLevel } from '../log-level.ts'
import { openSession } from '../open-session.ts'
import { safeText } from '../terminal-text.ts'
import { writeJson, writeOutput } from '../write-output.ts'

/** `cancel RUN`: resolves once the cancellation is stored, not once everything has stopped. */
export async function cancel(id: string, flags: GlobalFlags): Promise<number> {
  const settings = loadSettings(flags)
  const logLevel = commandLogLevel(flags, settings.log.level)
  await using session = await openSession({ settings, logLevel })
  const run = await session.runs.cancel(id, localCaller)
  if (flags.json === true) {
    await writeJson(process.stdout, { run })
    return 0
  }
  const stopping = run.counts.running + run.counts.admitted
  const detail = stopping === 0 ? '' : `, ${formatCount(stopping, 'task')} being stopped`
  const text = `Run ${safeText(run.id)} (${safeText(run.title)}) is ${run.state}${detail}\n`
  await writeOutput(process.stdout, text)
  return 0
}
