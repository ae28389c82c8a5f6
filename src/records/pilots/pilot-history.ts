import type { Pool, PoolClient } from 'pg'
import * as z from 'zod'
import type { PilotEvent } from '../../contracts/index.ts'
import { PilotPosition } from './pilot-row.ts'

export type HistoryEntry = Omit<PilotEvent, 'at'> & {
  readonly pilot: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The position before; null for what changes none, such as a verdict. */
  readonly before: PilotPosition | null
  /** For an undo: the entry that it takes back. */
  readonly undoes: number | null
}

export async function appendHistory(client: PoolClient, entry: HistoryEntry): Promise<void> {
  await client.query(
    `insert into maniple.pilot_history (pilot, at, actor, action, before_text, after_text, reason, before, undoes)
     values ($1, to_timestamp($2::float8 / 1000), $3, $4, $5, $6, $7, $8, $9)`,
    [
      ...[entry.pilot, entry.at, entry.actor, entry.action, entry.from, entry.to, entry.reason],
      ...[entry.before === null ? null : JSON.stringify(entry.before), entry.undoes],
    ],
  )
}

const HistoryRow = z.object({
  at: z.date(),
  actor: z.string(),
  action: z.string(),
  from: z.string(),
  to: z.string(),
  reason: z.string(),
})

/** The newest thousand changes, newest first. */
export async function readHistory(pool: Pool, pilot: string): Promise<readonly PilotEvent[]> {
  const { rows } = await pool.query<Record<string, unknown>>(
    `select at, actor, action, before_text as "from", after_text as "to", reason
     from maniple.pilot_history where pilot = $1 order by id desc limit 1000`,
    [pilot],
  )
  return rows.map((row) => {
    const { at, ...rest } = HistoryRow.parse(row)
    return { at: at.toISOString(), ...rest }
  })
}

const UndoableRow = z.object({
  id: z.int(),
  actor: z.string(),
  action: z.string(),
  before: PilotPosition,
})
export type UndoableChange = z.infer<typeof UndoableRow>

/** The last change that was not taken back; null when there is none left. */
export async function lastChange(
  client: PoolClient,
  pilot: string,
): Promise<UndoableChange | null> {
  const { rows } = await client.query<Record<string, unknown>>(
    `select h.id, h.actor, h.action, h.before from maniple.pilot_history h
     where h.pilot = $1 and h.before is not null and h.undoes is null
       and not exists (select 1 from maniple.pilot_history u where u.undoes = h.id)
     order by h.id desc limit 1`,
    [pilot],
  )
  return rows[0] === undefined ? null : UndoableRow.parse(rows[0])
}
