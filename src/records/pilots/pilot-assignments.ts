import type { ClientBase, Pool } from 'pg'
import * as z from 'zod'

export type AssignmentRow = {
  readonly runId: string
  readonly task: string
  readonly pilot: string
  readonly arm: 'control' | 'candidate'
  readonly stage: number
  /** Stands for the sticky key. */
  readonly unit: string
}

/**
 * Keeps which workload is in which arm; in the transaction that submits the run, so that nothing is
 * performed in an arm that does not count it. A workload that has an arm keeps it.
 */
export async function recordAssignments(
  client: ClientBase,
  rows: readonly AssignmentRow[],
): Promise<void> {
  if (rows.length === 0) return
  await client.query(
    `insert into maniple.pilot_assignments (run_id, task, pilot, stage, arm, unit, at)
     select "runId", task, pilot, stage, arm, unit, now()
     from json_to_recordset($1) as a ("runId" text, task text, pilot text, stage integer, arm maniple.call_arm, unit text)
     on conflict (run_id, task) do nothing`,
    [JSON.stringify(rows)],
  )
}

const CountRow = z.object({
  arm: z.enum(['control', 'candidate']),
  runs: z.int(),
  units: z.int(),
})

/** Of one arm: requests, and the different sticky keys among them. */
export type ArmCount = { readonly runs: number; readonly units: number }
export type ArmCounts = { readonly control: ArmCount; readonly candidate: ArmCount }

export async function countAssignments(
  pool: Pool,
  of: { readonly pilot: string; readonly stage: number },
): Promise<ArmCounts> {
  const { rows } = await pool.query<Record<string, unknown>>(
    `select arm, count(distinct run_id) as runs, count(distinct unit) as units
     from maniple.pilot_assignments where pilot = $1 and stage = $2 group by arm`,
    [of.pilot, of.stage],
  )
  const found = rows.map((row) => CountRow.parse(row))
  const count = (arm: 'control' | 'candidate'): ArmCount => {
    const { runs = 0, units = 0 } = found.find((row) => row.arm === arm) ?? {}
    return { runs, units }
  }
  return { control: count('control'), candidate: count('candidate') }
}
