import type { Pool } from 'pg'
import * as z from 'zod'
import { Claims, toClaimed } from './claims.ts'
import type { ClaimedTask, Completion } from './engine-types.ts'
import { timedQuery } from './timed-query.ts'

export type StepResult = {
  /** The worker is not known any more: everything it performs was given to others. */
  readonly fenced: boolean
  readonly refused: readonly number[]
  readonly claimed: readonly ClaimedTask[]
  readonly more: boolean
  /** Work was left for workers that are less busy: come back for what they do not take. */
  readonly spared: boolean
  /** Milliseconds until a back-off ends or a lane opens; null when nothing is due. */
  readonly nextMs: number | null
}

export type StepWork = {
  readonly batch: readonly Completion[]
  readonly performing: number
  readonly free: number
  /** Take no more than brings this worker level with the others. */
  readonly isFair: boolean
  /** SQL function for the records of the batch; null where nothing may be kept. */
  readonly keepRecords: string | null
}

/** A commit takes milliseconds; a connection that is silent for so long is given up. */
const silenceMs = 30_000

const StepRow = z.object({
  fenced: z.boolean(),
  // The driver gives the bigints of an array as text.
  refused: z.array(z.coerce.number()).nullable(),
  claimed: Claims,
  more: z.boolean().nullable(),
  spared: z.boolean().nullable(),
  next_ms: z.number().nullable(),
})

const stepCall = 'maniple.step($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)'

/**
 * One commit of `maniple.step` (migrations/0002): writes `batch`, admits, and claims up to `free`
 * tasks. Throws what the database throws; nothing of the batch is written then.
 */
export async function step(pool: Pool, worker: string, work: StepWork): Promise<StepResult> {
  const { batch } = work
  const records = batch.flatMap((one) => one.records)
  const hasRecords = records.length > 0 && work.keepRecords !== null
  const query = {
    name: hasRecords ? 'step and keep' : 'step',
    // In the select list, so that it runs after the step: that is the order of the locks.
    text: hasRecords
      ? `select s.*, ${work.keepRecords}($16::json) from ${stepCall} s`
      : `select * from ${stepCall}`,
    values: [
      worker,
      work.performing,
      work.free,
      work.isFair,
      batch.map((one) => one.task),
      batch.map((one) => one.attempt),
      batch.map((one) => one.kind),
      batch.map((one) => one.output),
      batch.map((one) => one.code),
      batch.map((one) => one.message),
      batch.map((one) => one.delayMs),
      batch.map((one) => one.durationMs),
      batch.map((one) => one.cost),
      batch.map((one) => one.simulated),
      batch.map((one) => one.cached),
      ...(hasRecords ? [JSON.stringify(records)] : []),
    ],
  }
  const result = await pool.query<Record<string, unknown>>(timedQuery(query, silenceMs))
  const row = StepRow.parse(result.rows[0])
  return {
    fenced: row.fenced,
    refused: row.refused ?? [],
    claimed: toClaimed(row.claimed),
    more: row.more ?? false,
    spared: row.spared ?? false,
    nextMs: row.next_ms,
  }
}
