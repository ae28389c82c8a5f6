import type { Pool, PoolClient } from 'pg'
import * as z from 'zod'
import { Complexity, Priority, type Task, TaskState } from '../contracts/index.ts'
import { AppError, type Json, type JsonObject } from '../shared/index.ts'
import { explainWait } from './explain-wait.ts'

const LaneRow = z.object({
  id: z.string(),
  capacity: z.number(),
  held: z.number(),
  shutUntil: z.string().nullable(),
  shutReason: z.enum(['rate', 'budget', 'breaker']).nullable(),
})

const Spec = z.object({
  key: z.string(),
  title: z.string(),
  type: z.string(),
  agent: z.string(),
  priority: Priority,
  complexity: Complexity,
  dependsOn: z.array(z.string()),
})

const TaskRow = z.object({
  ordinal: z.number(),
  spec: Spec,
  state: TaskState,
  attempt: z.number(),
  since: z.date(),
  due_at: z.date().nullable(),
  park_reason: z.enum(['outside', 'approval']).nullable(),
  started_at: z.date().nullable(),
  finished_at: z.date().nullable(),
  duration_ms: z.number().nullable(),
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
  output: z.json(),
  simulated: z.boolean().nullable(),
  cached: z.boolean().nullable(),
  unfinished: z.array(z.string()),
  workers: z.number(),
  performers: z.number(),
  choices: z.array(z.string()).nullable(),
  run_held: z.number(),
  run_slots: z.number(),
  lanes: z.array(LaneRow).nullable(),
  now: z.date(),
})
type TaskRow = z.infer<typeof TaskRow>

// What groups share (lanes, workers) is read once a group, not once a task.
const tasksText = `
  with groups as materialized (
    select g.id, g.choices,
      (select count(*) from maniple.workers w where maniple.may_perform(w, g))::int as workers,
      (select count(*) from maniple.workers w where maniple.may_perform_agent(w, g))::int as performers,
      -- Where there is a choice: of the way that is loosest, where room will come first, of those that
      -- somebody can take.
      (select jsonb_agg(jsonb_build_object('id', l.id, 'capacity', maniple.lane_capacity(l), 'held', l.held,
        'shutUntil', l.shut_until, 'shutReason', l.shut_reason) order by l.id)
        from maniple.lanes l where l.id = any ((
          select w.lanes from maniple.task_groups w left join maniple.lanes wl on wl.id = any (w.lanes)
          where (w.id = g.id or w.home_group = g.id) and (w.choice is null or exists (
            select 1 from maniple.workers k where maniple.may_perform(k, g) and (k.choices is null or w.choice = any (k.choices))))
          group by w.id
          order by max(wl.shut_until) filter (where wl.shut_until > clock_timestamp()) nulls first,
            min(maniple.lane_capacity(wl) - wl.held) desc, w.preference limit 1)::text[])) as lanes
    from maniple.task_groups g where g.run_id = $1
  )
  select s.ordinal, s.spec::jsonb - 'payload' as spec,
    t.state, t.attempt, t.since, t.due_at, t.park_reason, t.started_at, t.finished_at,
    a.duration_ms, a.error_code, a.error_message, a.output, a.simulated, a.cached,
    case when t.state = 'waiting' and t.due_at is null
      then array(select n.key from unnest(s.depends_on) as d (key)
        join maniple.task_specs n on n.run_id = s.run_id and n.key = d.key
        join maniple.tasks u on u.id = n.task_id where u.state <> 'succeeded' order by n.key) else '{}' end as unfinished,
    g.workers, g.performers, g.choices, g.lanes, r.held as run_held, r.slots as run_slots, clock_timestamp() as now
  from maniple.task_specs s
  join maniple.tasks t on t.id = s.task_id
  join maniple.runs r on r.id = s.run_id
  join groups g on g.id = t.group_id
  left join maniple.attempts a on a.task_id = t.id and a.attempt = t.attempt
  where s.run_id = $1 and s.ordinal > $2 order by s.ordinal limit $3`

/** Tasks in the plan's order, after the one with number `after`. */
export async function readTasks(
  pool: Pool | PoolClient,
  runId: string,
  page: { readonly after: number; readonly limit: number },
): Promise<{ readonly tasks: readonly Task[]; readonly next: number | null }> {
  const result = await pool.query<Record<string, unknown>>(tasksText, [
    runId,
    page.after,
    page.limit + 1,
  ])
  const rows = z.array(TaskRow).parse(result.rows)
  const shown = rows.slice(0, page.limit)
  const next = rows.length > page.limit ? (shown.at(-1)?.ordinal ?? null) : null
  return { tasks: shown.map(toTask), next }
}

/** What is read at a stretch: reading ten times as many would keep all others waiting. */
const atOnce = 500

/** All tasks in the plan's order, of one moment. The transaction is the caller's. */
export async function readAllTasks(client: PoolClient, runId: string): Promise<readonly Task[]> {
  // A cursor: each page of its own would look at the whole run again.
  const cursor = `declare run_tasks no scroll cursor for ${tasksText}`
  await client.query(cursor, [runId, 0, null])
  const tasks: Task[] = []
  for (let isMore = true; isMore; ) {
    const result = await client.query<Record<string, unknown>>(`fetch ${atOnce} from run_tasks`)
    tasks.push(...z.array(TaskRow).parse(result.rows).map(toTask))
    isMore = result.rows.length === atOnce
  }
  await client.query('close run_tasks')
  return tasks
}

export function parseTaskCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  if (!/^\d{1,9}$/.test(cursor)) {
    throw new AppError('request_invalid', 'cursor is not one that a page gave as `next`')
  }
  return Number(cursor)
}

const ended: ReadonlySet<string> = new Set(['succeeded', 'failed', 'skipped', 'cancelled'])

function toTask(row: TaskRow): Task {
  const { key: id, ...spec } = row.spec
  const wait = explainWait(
    {
      state: row.state,
      since: row.since,
      dueAt: row.due_at,
      parkReason: row.park_reason,
      unfinished: row.unfinished,
      agent: row.spec.agent,
      workers: row.workers,
      performers: row.performers,
      choices: row.choices,
      runHeld: row.run_held,
      runSlots: row.run_slots,
      lanes: row.lanes ?? [],
    },
    row.now,
  )
  const isShown = ended.has(row.state) || row.state === 'waiting'
  return {
    id,
    ...spec,
    state: row.state,
    attempts: row.attempt,
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: ended.has(row.state) ? (row.finished_at?.toISOString() ?? null) : null,
    durationMs: row.duration_ms,
    wait,
    error:
      isShown && row.error_code !== null
        ? { code: row.error_code, message: row.error_message ?? '' }
        : null,
    output: row.output,
    simulated: row.simulated ?? false,
    cached: row.cached ?? false,
  }
}

export type TaskResult = {
  readonly key: string
  readonly title: string
  readonly state: 'succeeded' | 'failed' | 'skipped' | 'cancelled'
  readonly dependsOn: readonly string[]
  readonly output: JsonObject | null
}

const ResultRow = z.object({
  spec: Spec.pick({ key: true, title: true, dependsOn: true }),
  state: z.enum(['succeeded', 'failed', 'skipped', 'cancelled']),
  output: z.custom<JsonObject | null>(),
})

/** Ended tasks of a run with their outputs, in the plan's order: all, or those with the given keys. */
export async function readResults(
  pool: Pool,
  runId: string,
  keys: readonly string[] | null,
): Promise<TaskResult[]> {
  const result = await pool.query<Record<string, unknown>>(
    `select s.spec::jsonb - 'payload' as spec, t.state, a.output
     from maniple.task_specs s join maniple.tasks t on t.id = s.task_id
     left join maniple.attempts a on a.task_id = t.id and a.attempt = t.attempt and t.state = 'succeeded'
     where s.run_id = $1 and s.ordinal > 0 and ($2::text[] is null or s.key = any ($2))
       and t.state in ('succeeded', 'failed', 'skipped', 'cancelled')
     order by s.ordinal`,
    [runId, keys],
  )
  return z
    .array(ResultRow)
    .parse(result.rows)
    .map(({ spec, ...row }) => ({ ...spec, ...row }))
}

const PayloadRow = z.object({ key: z.string(), value: z.custom<Json>() })

/** One entry of what each task of a run carries for its performer, in the plan's order. */
export async function readPayloads(
  pool: Pool,
  runId: string,
  entry: string,
): Promise<readonly z.infer<typeof PayloadRow>[]> {
  const result = await pool.query<Record<string, unknown>>(
    `select key, spec -> 'payload' -> $2 as value from maniple.task_specs
     where run_id = $1 and ordinal > 0 order by ordinal`,
    [runId, entry],
  )
  return z.array(PayloadRow).parse(result.rows)
}
