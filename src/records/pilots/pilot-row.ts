import type { Pool, PoolClient } from 'pg'
import * as z from 'zod'
import { PilotState, PilotVerdict } from '../../contracts/index.ts'
import { withTransaction } from '../../database/index.ts'

/** What a change of a pilot changes, and an undo restores. */
export const PilotPosition = z.object({
  state: PilotState,
  phase: z.string().nullable(),
  /** Milliseconds since the epoch. */
  phaseStartedAt: z.number().nullable(),
  /** The models it was started with. */
  candidate: z.string().nullable(),
  control: z.string().nullable(),
  /** Assignments of one stage are comparable. */
  stage: z.int(),
})
export type PilotPosition = z.infer<typeof PilotPosition>

const PilotRow = PilotPosition.extend({
  name: z.string(),
  lastStage: z.int(),
  verdict: PilotVerdict.nullable(),
  reasons: z.array(z.string()),
  lookedAt: z.number().nullable(),
  version: z.int(),
})
export type PilotRow = z.infer<typeof PilotRow>

const columns = `name, state, phase, candidate, control, stage, last_stage as "lastStage", verdict, reasons, version,
  (extract(epoch from phase_started_at) * 1000)::float8 as "phaseStartedAt",
  (extract(epoch from looked_at) * 1000)::float8 as "lookedAt"`

/** Where a pilot stands; one that was never started is idle. */
export async function readPilot(pool: Pool, name: string): Promise<PilotRow> {
  const { rows } = await pool.query<Record<string, unknown>>({
    name: 'pilot.read',
    text: `select ${columns} from maniple.pilots where name = $1`,
    values: [name],
  })
  return rows[0] === undefined ? neverStarted(name) : PilotRow.parse(rows[0])
}

function neverStarted(name: string): PilotRow {
  return {
    ...{ name, state: 'idle', phase: null, phaseStartedAt: null, candidate: null, control: null },
    ...{ stage: 0, lastStage: 0, verdict: null, reasons: [], lookedAt: null, version: 0 },
  }
}

/** Locks the row until the transaction ends, making it first if need be. */
async function lockPilot(client: PoolClient, name: string): Promise<PilotRow> {
  await client.query(
    'insert into maniple.pilots (name) values ($1) on conflict (name) do nothing',
    [name],
  )
  const { rows } = await client.query<Record<string, unknown>>(
    `select ${columns} from maniple.pilots where name = $1 for update`,
    [name],
  )
  return PilotRow.parse(rows[0])
}

/** Writes a row that is locked, as its next version. */
export async function savePilot(client: PoolClient, row: PilotRow): Promise<void> {
  await client.query(
    `update maniple.pilots set state = $2, phase = $3, phase_started_at = to_timestamp($4::float8 / 1000),
       candidate = $5, control = $6, stage = $7, last_stage = $8, verdict = $9, reasons = $10,
       looked_at = to_timestamp($11::float8 / 1000), version = version + 1
     where name = $1`,
    [
      ...[row.name, row.state, row.phase, row.phaseStartedAt, row.candidate, row.control],
      ...[row.stage, row.lastStage, row.verdict, row.reasons, row.lookedAt],
    ],
  )
}

/** Runs `work` on the locked row, all in one transaction. */
export async function withLockedPilot<T>(
  pool: Pool,
  name: string,
  work: (client: PoolClient, row: PilotRow) => Promise<T>,
): Promise<T> {
  return await withTransaction(pool, async (client) => work(client, await lockPilot(client, name)))
}
