import type { EffectGate, EffectRecord } from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import { commandLine } from '../command-words.ts'
import { formatEffect, formatEffectList } from '../format-effect.ts'
import type { GateAction, GateFlags, GuardRequest } from '../guard-program.ts'
import { loadSettings } from '../load-settings.ts'
import { localCaller } from '../local-caller.ts'
import { commandLogLevel } from '../log-level.ts'
import { lookOf } from '../look-of.ts'
import { openSession } from '../open-session.ts'
import { safeText } from '../terminal-text.ts'
import { writeJson, writeOutput } from '../write-output.ts'

type GateRequest = Extract<GuardRequest, { name: 'gate' }>
type Answer = { readonly value: unknown; readonly text: string }

const onOne: readonly GateAction[] = ['show', 'approve', 'deny']
const looking: readonly GateAction[] = ['list', 'show']

function refuse(message: string): never {
  throw new AppError('usage_invalid', message)
}

/** A flag that does nothing would be taken for one that did. */
function checkFlags({ action, effect, flags }: GateRequest): void {
  const { state, run, limit, reason } = flags
  if (onOne.includes(action) && effect === undefined) refuse(`gate ${action} needs the effect's id`)
  if (!onOne.includes(action) && effect !== undefined) refuse(`gate ${action} takes no effect`)
  const ofList = { '--state': state, '--run': run, '--limit': limit }
  const given = Object.entries(ofList).find(([, value]) => value !== undefined)?.[0]
  if (action !== 'list' && given !== undefined) refuse(`${given} belongs to gate list`)
  if (reason !== undefined && (looking.includes(action) || action === 'resume')) {
    refuse(`--reason belongs to a decision or a pause, not to gate ${action}`)
  }
}

async function list(gate: EffectGate, flags: GateFlags): Promise<Answer> {
  const { state, run, limit = 100 } = flags
  const [found, pauses] = await Promise.all([gate.list({ state, run, limit }), gate.pauses()])
  const effects = found.map(({ effect: _effect, receipt: _receipt, ...rest }) => rest)
  const show = commandLine(['gate', 'show', 'EFFECT'], flags)
  const text = formatEffectList({ effects, pauses, show }, lookOf(process.stdout))
  return { value: { effects, pauses }, text }
}

/** `isPerforming`: somebody here can bring it about, now or at the next look at its run. */
function decided(record: EffectRecord, isPerforming: boolean): Answer {
  const { id, state, type, repository } = record
  const follows =
    state === 'intended' && !isPerforming
      ? '; it is performed by a process that has a credential of GitHub'
      : ''
  const word = state === 'intended' ? 'approved' : state
  const what = `${safeText(type)} in ${safeText(repository)}`
  return {
    value: { effect: record },
    text: `Effect ${safeText(id)} (${what}) is ${word}${follows}`,
  }
}

async function setPaused(gate: EffectGate, action: 'pause' | 'resume', reason: string) {
  if (action === 'pause') await gate.pause(localCaller.user, reason)
  else await gate.resume(localCaller.user)
  const text =
    action === 'pause'
      ? 'The gate is paused: nothing more is changed outside, by any process'
      : 'The gate is open: what is allowed is performed'
  return { value: { paused: action === 'pause', pauses: await gate.pauses() }, text }
}

/** `gate ACTION`: what the gate asks a person for, and the person's word. Needs only the database. */
export async function gate(wanted: GateRequest): Promise<number> {
  checkFlags(wanted)
  const { action, effect = '', flags } = wanted
  const settings = loadSettings(flags)
  const logLevel = commandLogLevel(flags, settings.log.level)
  await using session = await openSession({ settings, logLevel })
  const answer = async (): Promise<Answer> => {
    const { gate: service, github } = session
    const reason = flags.reason ?? ''
    switch (action) {
      case 'list':
        return await list(service, flags)
      case 'show': {
        const record = await service.get(effect)
        return { value: { effect: record }, text: formatEffect(record) }
      }
      case 'approve':
      case 'deny': {
        const decision = { by: localCaller.user, verdict: action, reason }
        return decided(await service.decide(effect, decision), github !== null)
      }
      case 'pause':
      case 'resume':
        return await setPaused(service, action, reason)
    }
  }
  const { value, text } = await answer()
  if (flags.json === true) await writeJson(process.stdout, value)
  else await writeOutput(process.stdout, `${text}\n`)
  return 0
}
