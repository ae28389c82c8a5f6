import type { Pool } from 'pg'
import * as z from 'zod'
import type { Lane } from './engine-types.ts'

export type ShutReason = 'rate' | 'budget' | 'breaker'

export type LaneState = {
  readonly name: string
  readonly capacity: number
  readonly held: number
  /** Until when nothing new begins in it. */
  readonly shut: {
    readonly reason: ShutReason
    readonly until: Date
    readonly forMs: number
  } | null
  /** Its breaker opened and no call has gone well since. */
  readonly halfOpen: boolean
  /** When it opened last. */
  readonly openedAt: Date | null
  readonly openedAgoMs: number | null
  /** The other side refused for good, with that code; `forMs` below zero: it is time to look again. */
  readonly dead: { readonly code: string; readonly until: Date; readonly forMs: number } | null
}

const LaneRow = z.object({
  id: z.string(),
  capacity: z.number(),
  held: z.number(),
  half_open: z.boolean(),
  opened_at: z.date().nullable(),
  opened_ms: z.number().nullable(),
  shut_reason: z.enum(['rate', 'budget', 'breaker']).nullable(),
  shut_until: z.date().nullable(),
  shut_ms: z.number().nullable(),
  dead_code: z.string().nullable(),
  dead_until: z.date().nullable(),
  dead_ms: z.number().nullable(),
})

/** All lanes, or those with the given names. `forMs` counts from now, by the database's clock. */
export async function readLanes(
  pool: Pool,
  names: readonly string[] | null,
): Promise<readonly LaneState[]> {
  const result = await pool.query<Record<string, unknown>>(
    `select id, capacity, held, half_open, shut_reason, shut_until,
       opened_at, (extract(epoch from clock_timestamp() - opened_at) * 1000)::float8 as opened_ms,
       (extract(epoch from shut_until - clock_timestamp()) * 1000)::float8 as shut_ms,
       dead_code, dead_until, (extract(epoch from dead_until - clock_timestamp()) * 1000)::float8 as dead_ms
     from maniple.lanes where $1::text[] is null or id = any ($1) order by id`,
    [names],
  )
  return z.array(LaneRow).parse(result.rows).map(toState)
}

/** As it was submitted: what is configured later changes no task's lanes. */
export async function laneHasRun(pool: Pool, lane: string, runId: string): Promise<boolean> {
  const { rows } = await pool.query<{ has: boolean }>(
    'select exists (select 1 from maniple.task_groups where run_id = $1 and $2 = any (lanes)) as has',
    [runId, lane],
  )
  return rows[0]?.has ?? false
}

function toState(row: z.infer<typeof LaneRow>): LaneState {
  const { id: name, capacity, held, half_open: halfOpen } = row
  const { shut_reason: reason, shut_until: until, shut_ms: forMs } = row
  const isShut = reason !== null && until !== null && forMs !== null && forMs > 0
  const shut = isShut ? { reason, until, forMs } : null
  const { opened_at: openedAt, opened_ms: openedAgoMs } = row
  return { name, capacity, held, halfOpen, openedAt, openedAgoMs, shut, dead: toDead(row) }
}

function toDead(row: z.infer<typeof LaneRow>): LaneState['dead'] {
  const { dead_code: code, dead_until: until, dead_ms: forMs } = row
  return code === null || until === null || forMs === null ? null : { code, until, forMs }
}

/** Makes lanes known with their capacities, or changes these. */
export async function setLanes(pool: Pool, lanes: readonly Lane[]): Promise<void> {
  await pool.query(
    `insert into maniple.lanes (id, capacity)
     select * from unnest($1::text[], $2::int[]) as x (id, capacity) order by id
     on conflict (id) do update set capacity = excluded.capacity`,
    [lanes.map((lane) => lane.name), lanes.map((lane) => lane.capacity)],
  )
}

/** Keeps a lane from admitting for a while: the other side asked for it. The later end wins, with its reason. */
export async function shutLane(
  pool: Pool,
  lane: string,
  { reason, forMs }: { readonly reason: ShutReason; readonly forMs: number },
): Promise<void> {
  await pool.query(
    `with shut as (
       update maniple.lanes set
         shut_reason = case when shut_until > clock_timestamp() + make_interval(secs => $3::float8 / 1000)
           then shut_reason else $2::maniple.shut_reason end,
         shut_until = greatest(shut_until, clock_timestamp() + make_interval(secs => $3::float8 / 1000))
       where id = $1)
     select pg_notify('maniple', 'lanes')`,
    [lane, reason, forMs],
  )
}

/** Opens lanes before their time where they were shut for that reason. */
export async function openLanes(
  pool: Pool,
  lanes: readonly string[],
  reason: ShutReason,
): Promise<void> {
  await pool.query('select maniple.open_lanes($1, $2::maniple.shut_reason)', [lanes, reason])
}

export type BreakerTimes = {
  /** How long a breaker stays open the first time; doubled with each opening in a row. */
  readonly openMs: number
  readonly mostMs: number
}

/**
 * Opens a lane's breaker, for all processes. `ageMs`: how long ago the failed call began; one that
 * began before the last opening opens nothing. False when it was open already.
 */
export async function openBreaker(
  pool: Pool,
  lane: string,
  { openMs, mostMs, ageMs }: BreakerTimes & { readonly ageMs: number },
): Promise<boolean> {
  const { rows } = await pool.query<{ until: Date | null }>(
    'select maniple.open_breaker($1, $2, $3, $4) as until',
    [lane, openMs, mostMs, ageMs],
  )
  return rows[0]?.until instanceof Date
}

/** A call that began `ageMs` ago went well: the breaker closes, unless it was opened since. */
export async function closeBreaker(pool: Pool, lane: string, ageMs: number): Promise<boolean> {
  const { rows } = await pool.query<{ closed: boolean }>(
    'select maniple.close_breaker($1, $2) as closed',
    [lane, ageMs],
  )
  return rows[0]?.closed ?? false
}

/** Nobody calls the lane's other side for `forMs`: it refused for good. */
export async function markDead(
  pool: Pool,
  lane: string,
  { code, forMs }: { readonly code: string; readonly forMs: number },
): Promise<void> {
  await pool.query('select maniple.mark_dead($1, $2, $3)', [lane, code, forMs])
}

/** Whether the caller may look if a dead lane has come back: one of all processes may, each `eachMs`. */
export async function probeDead(pool: Pool, lane: string, eachMs: number): Promise<boolean> {
  const { rows } = await pool.query<{ may: boolean }>('select maniple.probe_dead($1, $2) as may', [
    lane,
    eachMs,
  ])
  return rows[0]?.may ?? false
}

/** It answered: it is not dead any more. */
export async function reviveLane(pool: Pool, lane: string): Promise<void> {
  await pool.query('select maniple.revive_lane($1)', [lane])
}
