import type { PilotPhase, PilotState } from '../contracts/index.ts'
import type { Judgement } from './give-verdict.ts'

export type PilotPlace = {
  readonly state: PilotState
  /** Null: the pilot has no phases, and no end. */
  readonly phase: string | null
  /** Milliseconds since the epoch. */
  readonly phaseStartedAt: number
}

export type PilotMove =
  | { readonly kind: 'stay'; readonly reason: string }
  | { readonly kind: 'advance'; readonly phase: PilotPhase; readonly reason: string }
  | { readonly kind: 'promote' | 'rollback' | 'stop'; readonly reason: string }

export type PilotLook = {
  readonly place: PilotPlace
  readonly phases: readonly PilotPhase[]
  readonly judgement: Judgement
  /** Sticky keys with results in the candidate's arm in this phase. */
  readonly candidateKeys: number
  readonly sampleRatioMismatch: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
}

const day = 86_400_000

/** "Nothing bad was seen" counts for something only if enough was seen. */
const keysToAdvance = 20

/**
 * What a look at a pilot leads to. A rollback comes at once. A promotion is earned in the last phase;
 * in an earlier one the same verdict opens the next phase before its time. Where neither is shown at
 * the end of a phase, wider participation is what can show it: the pilot advances, unless too little
 * was seen to call it safe, and after the last phase it stops.
 */
export function decidePilot(look: PilotLook): PilotMove {
  const { place, phases, judgement, now } = look
  const { verdict, reasons } = judgement
  const [reason = verdict] = reasons
  if (place.state !== 'running') return { kind: 'stay', reason: `the pilot is ${place.state}` }
  if (verdict === 'ROLLBACK') return { kind: 'rollback', reason }
  const next = nextPhase(place, phases)
  if (verdict === 'PROMOTE') {
    return next === null ? { kind: 'promote', reason } : { kind: 'advance', phase: next, reason }
  }
  if (!isPhaseOver(place, phases, now)) return { kind: 'stay', reason }
  if (next === null) {
    return { kind: 'stop', reason: `the last phase is over without a result: ${reason}` }
  }
  if (look.sampleRatioMismatch) return { kind: 'stay', reason }
  if (look.candidateKeys < keysToAdvance) {
    const few = `the phase goes on: only ${look.candidateKeys} keys with results in the candidate’s arm, ${keysToAdvance} are needed to widen it`
    return { kind: 'stay', reason: few }
  }
  return { kind: 'advance', phase: next, reason: 'the phase is over and showed no harm' }
}

export function isPhaseOver(
  place: PilotPlace,
  phases: readonly PilotPhase[],
  now: number,
): boolean {
  const phase = phases.find(({ name }) => name === place.phase)
  return phase !== undefined && now >= place.phaseStartedAt + phase.days * day
}

/** The phase after this one; null in the last. */
export function nextPhase(place: PilotPlace, phases: readonly PilotPhase[]): PilotPhase | null {
  const at = phases.findIndex(({ name }) => name === place.phase)
  return at === -1 ? null : (phases[at + 1] ?? null)
}
