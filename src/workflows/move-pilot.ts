import type { Pool, PoolClient } from 'pg'
import type { AuditEntry } from '../contracts/index.ts'
import {
  appendHistory,
  type PilotPosition,
  type PilotRow,
  savePilot,
  withLockedPilot,
} from '../records/index.ts'
import { AppError, storableText } from '../shared/index.ts'
import { positionText } from './pilot-standing.ts'

/** Who acts when no person does. */
export const automaticActor = 'maniple'

/** The event of each change in the audit, and the action that it is. */
const auditNames = {
  start: ['Pilot_Started', 'StartPilot'],
  advance: ['Pilot_Phase_Advanced', 'AdvancePilot'],
  promote: ['Pilot_Promoted', 'PromotePilot'],
  rollback: ['Pilot_Rolled_Back', 'RollBackPilot'],
  stop: ['Pilot_Stopped', 'StopPilot'],
  undo: ['Pilot_Undone', 'UndoPilot'],
} as const

export type PilotChange = {
  readonly action: keyof typeof auditNames
  readonly to: Omit<PilotPosition, 'stage'>
  /** Whose assignments count from now on: a new stage has none yet. */
  readonly stage: number | 'new'
  readonly reason: string
  /** The entry of the history that this takes back. */
  readonly undoes?: number
}

export type PilotMover = {
  readonly pool: Pool
  readonly name: string
  readonly now: () => number
  readonly audit: (entry: AuditEntry) => Promise<void>
}

/** Who asks for a change. */
export type PilotOrder = {
  readonly actor: string
  /** In the person's own words, which go before what the change says of itself. */
  readonly reason?: string | undefined
}

/**
 * Changes the pilot under its lock: `decide` sees the row as it is now and gives the change, or
 * throws. The history goes down with the change; the audit hears of it once it is committed.
 */
export async function movePilot(
  mover: PilotMover,
  { actor, reason: said }: PilotOrder,
  decide: (row: PilotRow, client: PoolClient) => Promise<PilotChange> | PilotChange,
): Promise<void> {
  const { pool, name } = mover
  const made = await withLockedPilot(pool, name, async (client, row) => {
    const decided = await decide(row, client)
    const reason = said === undefined ? decided.reason : `${said} (${decided.reason})`
    const change = { ...decided, reason }
    await writeChange(client, row, { change, actor, at: mover.now() })
    return { change, from: positionText(row) }
  })
  await mover.audit(auditEntry(mover, actor, made))
}

type Written = { readonly change: PilotChange; readonly actor: string; readonly at: number }

/** Writes a change of a locked row, with its history. */
export async function writeChange(
  client: PoolClient,
  row: PilotRow,
  { change, actor, at }: Written,
): Promise<void> {
  const isNew = change.stage === 'new'
  const stage = change.stage === 'new' ? row.lastStage + 1 : change.stage
  const { state, phase, phaseStartedAt, candidate, control } = row
  const position = { ...change.to, stage }
  await savePilot(client, {
    ...row,
    ...position,
    lastStage: isNew ? stage : row.lastStage,
    // A verdict on another stage says nothing about this one, which is looked at anew.
    ...(stage === row.stage || position.state !== 'running'
      ? {}
      : { verdict: null, reasons: [], lookedAt: null }),
  })
  await appendHistory(client, {
    ...{ pilot: row.name, at, actor, action: change.action, reason: storableText(change.reason) },
    ...{ from: positionText(row), to: positionText(position) },
    before: { state, phase, phaseStartedAt, candidate, control, stage: row.stage },
    undoes: change.undoes ?? null,
  })
}

export function auditEntry(
  { name }: Pick<PilotMover, 'name'>,
  actor: string,
  { change, from }: { readonly change: PilotChange; readonly from: string },
): AuditEntry {
  const [event, action] = auditNames[change.action]
  const { reason, to } = change
  const { candidate } = to
  return {
    ...{ event, actor, repository: null, action, result: 'SUCCESS' },
    details: { pilot: name, from, to: positionText(to), candidate, reason },
  }
}

export function notPossible(message: string): AppError {
  return new AppError('pilot_not_possible', message)
}

/** What was judged must still be so: of two that judged the same row, one acts. */
export function refuseChanged(row: PilotRow, judged: PilotRow): void {
  if (row.version === judged.version) return
  throw notPossible(
    `the pilot ${row.name} was changed meanwhile; it is ${positionText(row)} now: look again`,
  )
}
