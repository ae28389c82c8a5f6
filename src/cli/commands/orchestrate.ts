import { OrchestrationRequest } from '../../contracts/index.ts'
import { commandLine } from '../command-words.ts'
import { exitCodeOfRun } from '../exit-codes.ts'
import { formatOrchestration } from '../format-orchestration.ts'
import { catchInterrupts } from '../interrupts.ts'
import { loadSettings } from '../load-settings.ts'
import { localCaller } from '../local-caller.ts'
import { lookOf } from '../look-of.ts'
import { displayFor, openFor, performToEnd } from '../perform-run.ts'
import type { OrchestrateFlags } from '../program.ts'
import { readRequest } from '../read-request.ts'
import { writeJson, writeOutput } from '../write-output.ts'

/** `orchestrate FILE`: resolves with the exit code. */
export async function orchestrate(file: string, flags: OrchestrateFlags): Promise<number> {
  const settings = loadSettings(flags)
  // Before anything is started: bad input is told at once.
  const request = await readRequest(file, OrchestrationRequest, settings.limits.maxInputBytes)
  using interrupts = catchInterrupts()
  const { signal } = interrupts
  const display = displayFor(flags)
  await using session = await openFor({ settings, flags, display, signal })
  const { run } = await session.orchestration.submit(request, localCaller)
  const { simulated } = session
  await performToEnd({ session, run, flags, display, interrupted: signal, simulated })
  const [result, ended] = await Promise.all([
    session.orchestration.result(run.id),
    session.runs.get(run.id),
  ])
  if (flags.json === true) await writeJson(process.stdout, result)
  else {
    const answers = commandLine(['watch', run.id, '--json'], flags)
    const retry = commandLine(['retry', run.id], flags)
    const page = { run: ended, result, answers, retry }
    await writeOutput(process.stdout, `${formatOrchestration(page, lookOf(process.stdout))}\n`)
  }
  return exitCodeOfRun(ended.state, true)
}
