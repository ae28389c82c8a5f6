import type { Pool, PoolClient } from 'pg'
import * as z from 'zod'
import {
  type BindingLimit,
  type Page,
  type Run,
  RunKind,
  type RunState,
} from '../contracts/index.ts'
import { AppError, type Json } from '../shared/index.ts'
import { decideLimit, type LimitFacts } from './decide-limit.ts'

const RunRow = z.object({
  id: z.string(),
  kind: RunKind,
  title: z.string(),
  agent: z.string(),
  slots: z.number(),
  total: z.number(),
  outcome: z.enum(['succeeded', 'partial', 'failed', 'cancelled']).nullable(),
  held: z.number(),
  succeeded: z.number(),
  failed: z.number(),
  skipped: z.number(),
  cancelled: z.number(),
  running: z.number(),
  parked: z.number(),
  approvals: z.number(),
  backing_off: z.number(),
  ready: z.number(),
  report: z.json(),
  cancel_requested_at: z.date().nullable(),
  simulated: z.boolean(),
  sequential_ms: z.number(),
  critical_path_ms: z.number(),
  cost: z.record(z.string(), z.number()),
  seq: z.number(),
  root_id: z.string().nullable(),
  depth: z.number(),
  repository: z.string().nullable(),
  user_name: z.string().nullable(),
  created_at: z.date(),
  created_at_us: z.string(),
  started_at: z.date().nullable(),
  finished_at: z.date().nullable(),
  wall_ms: z.number(),
})
type RunRow = z.infer<typeof RunRow>

const runColumns = `
  r.id, r.kind, r.title, r.agent, r.slots, r.total, r.outcome, r.held, r.succeeded, r.failed, r.skipped,
  r.cancelled, r.report, r.cancel_requested_at, r.simulated, r.sequential_ms, r.critical_path_ms, r.cost,
  r.seq, r.root_id, r.depth, r.repository, r.user_name, r.created_at, (extract(epoch from r.created_at) * 1000000)::bigint::text as created_at_us, r.started_at, r.finished_at,
  r.earlier_wall_ms + extract(epoch from coalesce(r.finished_at, clock_timestamp()) - r.resumed_at)::float8 * 1000 as wall_ms,
  coalesce(g.ready, 0)::int as ready,
  (select count(*) from maniple.tasks t where r.parked > 0 and t.state = 'parked' and t.run_id = r.id and t.ordinal > 0)::int as parked,
  (select count(*) from maniple.tasks t
    where r.parked > 0 and t.state = 'parked' and t.run_id = r.id and t.ordinal > 0 and t.park_reason = 'approval')::int as approvals,
  (select count(*) from maniple.task_timers tm join maniple.tasks t on t.id = tm.task_id
    where tm.run_id = r.id and t.state = 'waiting' and t.ordinal > 0)::int as backing_off,
  (r.held - (select count(*) from maniple.tasks t where r.parked > 0 and t.state = 'parked' and t.run_id = r.id and t.ordinal > 0))::int as running
  from maniple.runs r left join lateral (
    select sum(ready) filter (where not is_closing) as ready
    from maniple.task_groups where run_id = r.id) g on true`

export async function readRun(pool: Pool | PoolClient, id: string): Promise<Run> {
  const result = await pool.query<Record<string, unknown>>(`select ${runColumns} where r.id = $1`, [
    id,
  ])
  if (result.rowCount === 0) {
    throw new AppError(
      'not_found',
      `there is no run ${JSON.stringify(id.slice(0, 100))}; \`maniple runs\` lists them`,
    )
  }
  const row = RunRow.parse(result.rows[0])
  return toRun(row, row.outcome === null ? await readLimit(pool, row) : null)
}

/** One entry of what the run was submitted with; null where it has none. */
export async function readInput(pool: Pool, id: string, entry: string): Promise<Json> {
  const result = await pool.query<{ value: Json }>(
    'select input -> $2 as value from maniple.runs where id = $1',
    [id, entry],
  )
  return result.rows[0]?.value ?? null
}

// Microseconds, as PostgreSQL keeps them: a Date would lose runs made in the same millisecond.
const Cursor = z.tuple([z.string().regex(/^\d{1,16}$/), z.string()])

export async function readRuns(
  pool: Pool,
  page: Page & { readonly state?: RunState | undefined },
): Promise<{ readonly runs: readonly Run[]; readonly next: string | null }> {
  const [before, beforeId] = page.cursor === undefined ? [null, null] : parseCursor(page.cursor)
  const result = await pool.query<Record<string, unknown>>(
    `select * from (select ${runColumns}) x
     where ($1::bigint is null or (created_at, id) < (timestamptz 'epoch' + $1::bigint * interval '1 microsecond', $2)) and ($3::text is null or $3 = ${stateOfRow})
     order by created_at desc, id desc limit $4`,
    [before, beforeId, page.state ?? null, page.limit + 1],
  )
  const rows = z.array(RunRow).parse(result.rows)
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  const next =
    rows.length > page.limit && last !== undefined
      ? Buffer.from(JSON.stringify([last.created_at_us, last.id])).toString('base64url')
      : null
  const runs = await Promise.all(
    shown.map(async (row) => toRun(row, row.outcome === null ? await readLimit(pool, row) : null)),
  )
  return { runs, next }
}

function parseCursor(cursor: string): z.infer<typeof Cursor> {
  const parsed = Cursor.safeParse(decoded(cursor))
  if (parsed.success) return parsed.data
  throw new AppError('request_invalid', 'cursor is not one that a page gave as `next`')
}

function decoded(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return null
  }
}

const stateOfRow = `coalesce(outcome::text, case
  when started_at is null then 'queued'
  when parked > 0 and running = 0 then 'parked'
  else 'running' end)`

function stateOf(row: RunRow): RunState {
  if (row.outcome !== null) return row.outcome
  if (row.started_at === null) return 'queued'
  return row.parked > 0 && row.running === 0 ? 'parked' : 'running'
}

function toRun(row: RunRow, limit: BindingLimit | null): Run {
  const { slots, sequential_ms: sequential, critical_path_ms: critical, wall_ms: wall } = row
  const ended = row.succeeded + row.failed + row.skipped + row.cancelled
  // The closing task is held and running too, but it is none of the run's own.
  const running = Math.max(0, Math.min(row.running, row.total - ended))
  const { ready, parked, succeeded, failed, skipped, cancelled } = row
  const waiting = Math.max(0, row.total - ended - running - ready - parked)
  const efficiency = wall > 0 ? Math.min(1, Math.max(critical, sequential / slots) / wall) : null
  // Of work that came to nothing, a quotient of times would praise the waste.
  const isMeasured = wall > 0 && succeeded > 0
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    state: stateOf(row),
    agent: row.agent,
    slots,
    total: row.total,
    // Admission and claim are one commit: no task is seen between them.
    counts: { waiting, ready, admitted: 0, running, parked, succeeded, failed, skipped, cancelled },
    limit,
    cancelRequested: row.cancel_requested_at !== null,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    wallTimeMs: rounded(wall),
    sequentialTimeMs: rounded(sequential),
    criticalPathMs: rounded(critical),
    speedUp: isMeasured ? rounded(sequential / wall, 3) : null,
    parallelEfficiency: efficiency !== null && isMeasured ? rounded(efficiency, 4) : null,
    cost: row.cost,
    simulated: row.simulated,
    report: row.report,
    repository: row.repository,
    user: row.user_name,
    lineage: { root: row.root_id ?? row.id, depth: row.depth },
    seq: row.seq,
  }
}

function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits))
}

async function readLimit(pool: Pool | PoolClient, row: RunRow): Promise<BindingLimit | null> {
  const facts = await pool.query<LimitFacts['groups'][number]>(
    `select g.agent, g.ready,
       (select count(*) from maniple.workers w where maniple.may_perform(w, g))::int as workers,
       (select count(*) from maniple.workers w where maniple.may_perform_agent(w, g))::int as performers, g.choices,
       l.id as lane, l.capacity, l.held, case when l.shut_until > now() then l.shut_reason end as shut
     from maniple.task_groups g left join lateral (
       -- The tightest lane of the way that is loosest: that is where room will come first.
       select tightest.* from maniple.task_groups w cross join lateral (
         select * from maniple.lanes l where l.id = any (w.lanes)
         order by (l.shut_until > now()) is true desc, maniple.lane_capacity(l) - l.held limit 1) tightest
       where (w.id = g.id or w.home_group = g.id) and (w.choice is null or exists (
         select 1 from maniple.workers k where maniple.may_perform(k, g) and (k.choices is null or w.choice = any (k.choices))))
       order by (tightest.shut_until > now()) is true, tightest.shut_until, tightest.capacity - tightest.held desc
       limit 1) l on true
     where g.run_id = $1 and g.ready > 0`,
    [row.id],
  )
  const { slots, held, parked, approvals, backing_off: backingOff, ready, total } = row
  const open = total - row.succeeded - row.failed - row.skipped - row.cancelled
  const waiting = open - ready - held - backingOff
  return decideLimit({
    slots,
    held,
    parked,
    approvals,
    backingOff,
    waiting,
    groups: facts.rows,
  })
}
