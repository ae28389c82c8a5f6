import { RunState } from '../../contracts/index.ts'
import { commandLine } from '../command-words.ts'
import { formatRunList } from '../format-run-list.ts'
import { loadSettings } from '../load-settings.ts'
import { commandLogLevel } from '../log-level.ts'
import { lookOf } from '../look-of.ts'
import { openSession } from '../open-session.ts'
import type { RunsFlags } from '../program.ts'
import { writeJson, writeOutput } from '../write-output.ts'

/** `runs`: lists runs, newest first. */
export async function listRuns(flags: RunsFlags): Promise<number> {
  const settings = loadSettings(flags)
  const logLevel = commandLogLevel(flags, settings.log.level)
  await using session = await openSession({ settings, logLevel })
  const state = RunState.optional().parse(flags.state)
  const page = await session.runs.list({ limit: flags.limit, state })
  if (flags.json === true) await writeJson(process.stdout, page)
  else {
    const start = commandLine(['split', 'FILE'], flags)
    const text = formatRunList({ ...page, start }, Date.now(), lookOf(process.stdout))
    await writeOutput(process.stdout, `${text}\n`)
  }
  return 0
}
