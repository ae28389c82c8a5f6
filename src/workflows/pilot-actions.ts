import type { PoolClient } from 'pg'
import type { PilotConfiguration } from '../contracts/index.ts'
import { lastChange, type PilotRow } from '../records/index.ts'
import type { PilotMove } from '../rollout/index.ts'
import { automaticActor, notPossible, type PilotChange, refuseChanged } from './move-pilot.ts'
import { pilotStanding, positionText } from './pilot-standing.ts'

type Settings = { readonly configuration: PilotConfiguration; readonly now: number }

/** From the first phase on, whatever it was before. */
export function startChange(row: PilotRow, { configuration, now }: Settings): PilotChange {
  const standing = pilotStanding(row, configuration)
  if (configuration.candidate === null) throw notPossible(`${standing.why}`)
  if (standing.state === 'running') throw notPossible(`the pilot ${row.name} is running already`)
  if (standing.state === 'promoted') {
    throw notPossible(
      `${row.candidate} was promoted by the pilot ${row.name}: undo that, or set another candidate`,
    )
  }
  const { candidate, control, phases } = configuration
  const phase = phases[0]?.name ?? null
  return {
    action: 'start',
    to: { state: 'running', phase, phaseStartedAt: now, candidate, control },
    stage: 'new',
    reason: `${candidate} is on trial`,
  }
}

/** What a look led to, as a change; null when the pilot stays where it is. */
export function moveChange(row: PilotRow, move: PilotMove, now: number): PilotChange | null {
  const { candidate, control } = row
  const models = { candidate, control }
  const { kind, reason } = move
  switch (kind) {
    case 'stay':
      return null
    case 'advance': {
      const phase = move.phase.name
      const to = { ...models, state: 'running', phase, phaseStartedAt: now } as const
      return { action: 'advance', to, stage: 'new', reason }
    }
    case 'promote':
      return { action: 'promote', to: ended(row, 'promoted'), stage: 'new', reason }
    case 'rollback':
      return { action: 'rollback', to: ended(row, 'rolled_back'), stage: row.stage, reason }
    case 'stop':
      return { action: 'stop', to: ended(row, 'stopped'), stage: row.stage, reason }
  }
}

const ended = (row: PilotRow, state: 'promoted' | 'rolled_back' | 'stopped') => ({
  ...{ state, phase: row.phase, phaseStartedAt: row.phaseStartedAt },
  ...{ candidate: row.candidate, control: row.control },
})

/** Nothing more for the candidate. Needs no judgement, so whatever happened meanwhile it still acts. */
export function endChange(row: PilotRow, action: 'rollback' | 'stop', reason: string): PilotChange {
  if (row.state !== 'running' && row.state !== 'promoted') {
    throw notPossible(`the pilot ${row.name} is ${row.state}: nothing goes to its candidate`)
  }
  const state = action === 'stop' ? 'stopped' : 'rolled_back'
  return { action, to: ended(row, state), stage: row.stage, reason }
}

/**
 * Back to where it was before the last change that was not taken back. What a person did is restored
 * as it was, its figures and its time included. What Maniple did by the figures would be done again
 * at the next look: there the phase begins anew, and only new figures can move it.
 */
export async function undoChange(
  client: PoolClient,
  row: PilotRow,
  { judged, now }: { readonly judged: PilotRow; readonly now: number },
): Promise<PilotChange> {
  refuseChanged(row, judged)
  const last = await lastChange(client, row.name)
  if (last === null) throw notPossible(`the pilot ${row.name} has no change left to undo`)
  const { stage, ...before } = last.before
  const isAnew = last.actor === automaticActor && before.state === 'running'
  return {
    action: 'undo',
    to: isAnew ? { ...before, phaseStartedAt: now } : before,
    stage: isAnew ? 'new' : stage,
    reason: `took back: ${last.action}, which led from ${positionText(before)} to ${positionText(row)}`,
    undoes: last.id,
  }
}
