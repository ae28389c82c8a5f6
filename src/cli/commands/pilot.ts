import { PilotFeedback, type PilotService, type PilotStatus } from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import { formatPilotMetrics, formatPilotStatus } from '../format-pilot.ts'
import { formatCount } from '../format-quantity.ts'
import { loadSettings } from '../load-settings.ts'
import { localCaller } from '../local-caller.ts'
import { commandLogLevel } from '../log-level.ts'
import { lookOf } from '../look-of.ts'
import { openSession } from '../open-session.ts'
import type { PilotAction, PilotFlags } from '../program.ts'
import { writeJson, writeOutput } from '../write-output.ts'

const looking: readonly PilotAction[] = ['status', 'metrics']

function refuse(message: string): never {
  throw new AppError('usage_invalid', message)
}

/** A flag that does nothing would be taken for one that did. */
function checkFlags(action: PilotAction, flags: PilotFlags): void {
  const { comment, rating, reason, run, workload } = flags
  const ofFeedback = {
    '--run': run,
    '--rating': rating,
    '--workload': workload,
    '--comment': comment,
  }
  const given = Object.entries(ofFeedback).find(([, value]) => value !== undefined)?.[0]
  if (action !== 'feedback' && given !== undefined) refuse(`${given} belongs to pilot feedback`)
  if (reason === undefined) return
  if (looking.includes(action)) refuse(`--reason belongs to a change; pilot ${action} only looks`)
  if (action === 'feedback') refuse('--reason belongs to a change; use --comment for feedback')
}

function feedbackOf({ comment, rating, run, workload }: PilotFlags): PilotFeedback {
  if (run === undefined || rating === undefined) {
    refuse('pilot feedback needs --run RUN and --rating 1 to 5')
  }
  const parsed = PilotFeedback.safeParse({ runId: run, rating, workload, comment })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  return refuse(`feedback: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}`)
}

type Change = Exclude<PilotAction, 'status' | 'metrics' | 'feedback'>

async function change(
  pilot: PilotService,
  action: Change,
  reason: string | undefined,
): Promise<PilotStatus> {
  switch (action) {
    case 'rollback':
    case 'stop':
      return await pilot[action](localCaller, reason ?? 'no reason given')
    case 'start':
    case 'advance':
    case 'undo':
      return await pilot[action](localCaller, reason)
  }
}

type Answer = { readonly value: unknown; readonly text: string }

async function answer(
  service: PilotService,
  action: PilotAction,
  flags: PilotFlags,
): Promise<Answer> {
  const look = lookOf(process.stdout)
  if (action === 'metrics') {
    const value = await service.metrics()
    return { value, text: formatPilotMetrics(value, look) }
  }
  if (action === 'feedback') {
    const kept = await service.feedback(feedbackOf(flags), localCaller)
    return { value: { kept }, text: `Feedback kept for ${formatCount(kept, 'workload')}.` }
  }
  const value =
    action === 'status' ? await service.status() : await change(service, action, flags.reason)
  return { value, text: formatPilotStatus(value, look) }
}

/** `pilot ACTION`: resolves with the exit code. */
export async function pilot(action: PilotAction, flags: PilotFlags): Promise<number> {
  checkFlags(action, flags)
  // A mistake on the command line is told before a database is started.
  if (action === 'feedback') feedbackOf(flags)
  const settings = loadSettings(flags)
  const logLevel = commandLogLevel(flags, settings.log.level)
  await using session = await openSession({ settings, logLevel })
  const { text, value } = await answer(session.pilot, action, flags)
  if (flags.json === true) await writeJson(process.stdout, value)
  else await writeOutput(process.stdout, `${text}\n`)
  return 0
}
