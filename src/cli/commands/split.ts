import type { RunOptions } from '../../contracts/index.ts'
import { agentCommand } from '../agent-command.ts'
import { formatPlan } from '../format-plan.ts'
import { catchInterrupts } from '../interrupts.ts'
import { loadSettings } from '../load-settings.ts'
import { localCaller } from '../local-caller.ts'
import { lookOf } from '../look-of.ts'
import { displayFor, openFor, performRun } from '../perform-run.ts'
import { planInput } from '../plan-input.ts'
import type { SplitFlags } from '../program.ts'
import { parseInput, readInput } from '../read-input.ts'
import { safeText } from '../terminal-text.ts'
import { writeJson, writeOutput } from '../write-output.ts'
import { readIssuePlace, splitIssue } from './split-issue.ts'

function optionsOf(flags: SplitFlags): RunOptions {
  const { level, concurrency, title, agent } = flags
  return {
    ...(level === undefined ? {} : { level }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(title === undefined ? {} : { title }),
    ...(agent === undefined ? {} : { agent: 'command' }),
  }
}

/** `split FILE` or `split OWNER/REPO#123`: resolves with the exit code. */
export async function split(file: string, flags: SplitFlags): Promise<number> {
  const place = readIssuePlace(file)
  if (place !== null) return await splitIssue(place, flags)
  const command = agentCommand(flags)
  const settings = loadSettings(flags)
  const read = await readInput(file, settings.limits.maxInputBytes)
  const input = parseInput(file, read)
  const options = optionsOf(flags)
  // Before anything is started: bad input is told at once, and no database is needed to tell it.
  const plan = planInput({ name: read.name, value: input }, options, settings)
  if (flags.dryRun === true) {
    const answer = { dryRun: true, width: plan.tasks.length, ...plan }
    if (flags.json === true) await writeJson(process.stdout, answer)
    else await writeOutput(process.stdout, `${formatPlan(plan, lookOf(process.stdout))}\n`)
    return 0
  }
  using interrupts = catchInterrupts()
  const { signal } = interrupts
  const display = displayFor(flags)
  for (const note of plan.notes) display.say(`note: ${safeText(note)}`)
  await using session = await openFor({ settings, flags, display, command, signal })
  const { run } = await session.runs.submit(
    { kind: 'split', input, options },
    undefined,
    localCaller,
  )
  return await performRun({ session, run, flags, display, interrupted: signal })
}
