import type { Pool } from 'pg'
import * as z from 'zod'
import { isGone, type ProcessPlace } from '../shared/index.ts'
import { Claims, toClaimed } from './claims.ts'
import type { ClaimedTask } from './engine-types.ts'
import { timedQuery } from './timed-query.ts'

export type WorkerRow = {
  readonly id: string
  readonly slots: number
  readonly agents: readonly string[]
  /** Null: all. */
  readonly choices: readonly string[] | null
  readonly binding: string | null
  readonly onlyRun: string | null
}

export async function joinWorkers(pool: Pool, row: WorkerRow, place: ProcessPlace): Promise<void> {
  const { id, slots, agents, choices, binding, onlyRun } = row
  await pool.query(
    `insert into maniple.workers (id, place, pid, process_start, slots, agents, choices, binding, only_run)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [id, place.place, place.pid, place.startedAt, slots, agents, choices, binding, onlyRun],
  )
}

const Beat = z.object({
  alive: z.boolean(),
  // The driver gives the bigints of an array as text.
  stop: z.array(z.coerce.number()),
  missing: Claims,
})

export type Held = { readonly task: number; readonly attempt: number }

export async function heartbeat(
  pool: Pool,
  worker: string,
  work: {
    readonly held: readonly Held[]
    /** Also look for attempts of the worker's that are not among the held: costly, so not always. */
    readonly isLooking: boolean
    /** A silent connection is given up after so long. */
    readonly timeoutMs: number
  },
): Promise<{
  readonly alive: boolean
  readonly stop: readonly number[]
  readonly missing: readonly ClaimedTask[]
}> {
  const { held, isLooking, timeoutMs } = work
  const query = {
    name: 'heartbeat',
    text: 'select * from maniple.heartbeat($1, $2, $3, $4)',
    values: [worker, held.map((one) => one.task), held.map((one) => one.attempt), isLooking],
  }
  const result = await pool.query<Record<string, unknown>>(timedQuery(query, timeoutMs))
  const { missing, ...beat } = Beat.parse(result.rows[0])
  return { ...beat, missing: toClaimed(missing) }
}

/** Gives back what a worker that leaves still holds, without counting it against the tasks. */
export async function leaveWorkers(pool: Pool, worker: string): Promise<void> {
  await pool.query(`select maniple.recover($1, 'released')`, [[worker]])
}

const Candidate = z.object({
  id: z.string(),
  pid: z.number(),
  process_start: z.string(),
  is_here: z.boolean(),
  is_stale: z.boolean(),
})

/**
 * Workers that are gone: not heard of for `limitMs` (counted from the database's start where that is
 * later, so that its own absence kills nobody), or a process of this place that has ended.
 */
export async function findLostWorkers(
  pool: Pool,
  place: ProcessPlace,
  judged: {
    readonly limitMs: number
    /** Not judged. */
    readonly own: readonly string[]
  },
): Promise<string[]> {
  const result = await pool.query<Record<string, unknown>>(
    `select id, pid, process_start, place = $1 as is_here,
       greatest(heartbeat_at, pg_postmaster_start_time()) < now() - make_interval(secs => $2::float8 / 1000) as is_stale
     from maniple.workers where id <> all ($3)`,
    [place.place, judged.limitMs, judged.own],
  )
  return z
    .array(Candidate)
    .parse(result.rows)
    .filter(
      ({ is_stale, is_here, pid, process_start: startedAt }) =>
        is_stale || (is_here && isGone({ pid, startedAt })),
    )
    .map((one) => one.id)
}

/** Closes the attempts of lost workers; resolves to how many there were. */
export async function recoverWorkers(pool: Pool, workers: readonly string[]): Promise<number> {
  const result = await pool.query<Record<string, unknown>>(
    `select maniple.recover($1, 'lost') as closed`,
    [workers],
  )
  return z.object({ closed: z.number() }).parse(result.rows[0]).closed
}

/** Compares counts with what is open and repairs them; resolves to what was wrong. One process at a time. */
export async function sweepCounts(pool: Pool): Promise<string[]> {
  const result = await pool.query<Record<string, unknown>>(
    `select breach from (select pg_try_advisory_xact_lock(hashtext('maniple.sweep')) as mine) l,
       lateral (select maniple.sweep() as breach where l.mine) s`,
  )
  return z
    .array(z.object({ breach: z.string() }))
    .parse(result.rows)
    .map((row) => row.breach)
}

export async function isStillOurs(pool: Pool, worker: string, held: Held): Promise<boolean> {
  const result = await pool.query<Record<string, unknown>>(
    `select 1 from maniple.tasks t join maniple.workers w on w.id = t.worker_id
     where t.id = $1 and t.attempt = $2 and t.worker_id = $3 and not t.cancel_requested`,
    [held.task, held.attempt, worker],
  )
  return result.rowCount === 1
}
