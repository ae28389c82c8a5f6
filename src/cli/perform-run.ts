import { once } from 'node:events'
import { type Config, processEnvironment } from '../config/index.ts'
import type { Run, RunReport } from '../contracts/index.ts'
import { systemClock } from '../shared/index.ts'
import type { AgentCommand } from './agent-command.ts'
import { chooseDisplay } from './choose-display.ts'
import { isSound } from './closing-report.ts'
import { commandLine } from './command-words.ts'
import type { Display } from './display.ts'
import { exitCodeOfRun } from './exit-codes.ts'
import type { AgentFlags, GlobalFlags, QuietFlag } from './flags.ts'
import { followRun } from './follow-run.ts'
import { formatCount } from './format-quantity.ts'
import { formatReport } from './format-report.ts'
import { simulatedLabel } from './live-view.ts'
import { localCaller } from './local-caller.ts'
import { commandLogLevel } from './log-level.ts'
import { lookOf } from './look-of.ts'
import type { NextCommands } from './next-steps.ts'
import { openSession, type Session } from './open-session.ts'
import { safeText } from './terminal-text.ts'
import { writeJson, writeOutput } from './write-output.ts'

type ReportFlags = GlobalFlags & QuietFlag & AgentFlags

type Performance = {
  readonly session: Session
  readonly run: Run
  readonly flags: ReportFlags
  readonly display: Display
  /** The first interrupt. */
  readonly interrupted: AbortSignal
  /** Its results will be simulated; default: as the session's models, for a run on a model. */
  readonly simulated?: boolean
}

/** Where the progress of a run goes, by the flags and the terminal. */
export function displayFor(flags: GlobalFlags & QuietFlag): Display {
  const { TERM: terminalType } = processEnvironment()
  return chooseDisplay(flags, process.stderr, terminalType)
}

type Opening = {
  readonly settings: Config
  readonly flags: GlobalFlags & QuietFlag
  readonly display: Display
  readonly command?: AgentCommand | undefined
  readonly signal: AbortSignal
}

/** Opens a session whose log lines do not tear the display apart. */
export async function openFor(opening: Opening): Promise<Session> {
  const { settings, flags, display, command, signal } = opening
  return await openSession({
    settings,
    logLevel: commandLogLevel(flags, settings.log.level),
    logStream: { isTTY: process.stderr.isTTY, write: display.log },
    command,
    signal,
  })
}

function nextCommands(run: Run, flags: ReportFlags): NextCommands {
  const retry = commandLine(['retry', run.id], flags)
  const agentKnown = run.agent !== ownCommandAgent || flags.agent !== undefined
  return {
    retry: agentKnown ? retry : `${retry} --agent 'CMD' --repo DIR`,
    agentKnown,
    answers: commandLine(['watch', run.id, '--json'], flags),
  }
}

/** Prints the report on stdout and resolves with the exit code that the run earned. */
export async function printReport(report: RunReport, flags: ReportFlags): Promise<number> {
  if (flags.json === true) await writeJson(process.stdout, report)
  else {
    const text = formatReport(report, nextCommands(report.run, flags), lookOf(process.stdout))
    await writeOutput(process.stdout, `${text}\n`)
  }
  return exitCodeOfRun(report.run.state, isSound(report.run.report))
}

/** Name of the agent that is simulated where no model is configured. */
const modelAgent = 'model'
/** Name of the agent of a `--agent CMD` run, whose command line only its own process knows. */
const ownCommandAgent = 'command'

function opening(run: Run, simulated: boolean): string {
  const label = simulated ? `  [${simulatedLabel}]` : ''
  const size = `${formatCount(run.total, 'task')}, ${formatCount(run.slots, 'slot')}`
  return `run ${run.id}: ${safeText(run.title)}, ${size}${label}`
}

async function cancelWhenInterrupted(performance: Performance): Promise<void> {
  const { session, run, display, interrupted } = performance
  if (!interrupted.aborted) await once(interrupted, 'abort')
  display.say('Cancelling: what runs is being stopped. Once more leaves at once.')
  await session.runs.cancel(run.id, localCaller)
}

/** Until disposed: an exit that does not wait for the run says so, even with `--quiet`. */
function tellWhenLeft(run: Run, flags: ReportFlags): Disposable {
  const tell = (): void => {
    const resume = commandLine(['retry', run.id], flags)
    // On a terminal the cursor stands behind the echoed ^C.
    const lineBreak = process.stderr.isTTY ? '\n' : ''
    const what = `Left run ${run.id} with tasks that are not done.`
    process.stderr.write(`${lineBreak}${what} Resume: ${resume}\n`)
  }
  process.on('exit', tell)
  return { [Symbol.dispose]: () => process.off('exit', tell) }
}

/**
 * Performs a run, and only this one, to its end, or cancels it on the first interrupt and
 * waits for it to stop.
 */
export async function performToEnd(performance: Performance): Promise<void> {
  const { session, run, flags, display } = performance
  const { runs } = session
  const simulated = performance.simulated ?? (session.simulated && run.agent === modelAgent)
  display.say(opening(run, simulated))
  using left = tellWhenLeft(run, flags)
  await session.startWorker({ runId: run.id })
  const following = followRun({
    runs,
    id: run.id,
    display,
    clock: systemClock,
    simulated,
    // The cancelled run is followed too, until its last task has stopped.
    signal: new AbortController().signal,
  })
  // Rejects when cancelling fails; resolving says only that it was asked for.
  const cancelling = cancelWhenInterrupted(performance)
  await Promise.race([following, cancelling.then(() => following)])
  left[Symbol.dispose]()
}

/** Performs a run to its end, then prints the report. Resolves with the exit code. */
export async function performRun(performance: Performance): Promise<number> {
  await performToEnd(performance)
  const { session, run, flags } = performance
  return await printReport(await session.runs.report(run.id), flags)
}
