import type { PoolClient } from 'pg'
import type { Group, PreparedTasks } from './prepare-tasks.ts'

/** Pairs a statement. */
const mostEdges = 20_000

type Stored = { readonly prepared: PreparedTasks; readonly binding: string | null }

/** Writes groups, tasks and their edges in the transaction that submits the run. */
export async function storeTasks(
  client: PoolClient,
  runId: string,
  { prepared, binding }: Stored,
): Promise<void> {
  const { groups, chunks, edges } = prepared
  const groupIds = await insertGroups(client, runId, { groups, binding })
  const ids: number[] = []
  for (const chunk of chunks) {
    // One JSON text, not an array a column: it is quoted once, and read without a cast a value.
    const { rows } = await client.query<{ ordinal: number; id: number }>(insertTasksText, [
      runId,
      chunk,
      groupIds,
    ])
    for (const { ordinal, id } of rows) ids[ordinal] = id
  }
  await insertEdges(client, ids, edges)
}

function waysOf({ ways, lanes }: Group): readonly object[] {
  return ways.map((way, preference) => ({
    choice: way?.choice ?? null,
    // A lane named twice is still one place.
    lanes: [...new Set([...lanes, ...(way?.lanes ?? [])])].sort(),
    preference,
  }))
}

async function insertGroups(
  client: PoolClient,
  runId: string,
  given: { readonly groups: readonly Group[]; readonly binding: string | null },
): Promise<number[]> {
  const ids: number[] = []
  for (const group of given.groups) {
    // In one statement, whose rows are numbered in their order: the first is the home.
    const result = await client.query<{ id: number }>(
      `with way as (
         select nextval(pg_get_serial_sequence('maniple.task_groups', 'id')) as id, x.*
         from jsonb_to_recordset($5) as x (choice text, lanes text[], preference int) order by preference
       )
       insert into maniple.task_groups (id, run_id, agent, lanes, binding, is_closing, choice, preference, home_group, choices)
       overriding system value
       select id, $1, $2, lanes, $3, $4, choice, preference,
         case when preference > 0 then (select id from way where preference = 0) end,
         case when preference = 0 and choice is not null then (select array_agg(choice order by preference) from way) end
       from way order by preference returning id`,
      [runId, group.agent, given.binding, group.isClosing, JSON.stringify(waysOf(group))],
    )
    const [row] = result.rows
    if (row !== undefined) ids.push(row.id)
  }
  return ids
}

const insertTasksText = `
  with given as materialized (
    select x.*, ($3::bigint[])[x."group" + 1] as group_id, nextval('maniple.tasks_id_seq') as id,
      extract(epoch from clock_timestamp()) * 1000 - x.boost as rank
    from json_to_recordset($2) as x ("group" int, ordinal int, pending int, boost float8, key text,
      needs text[], spec json)
  ), specs as (
    insert into maniple.task_specs (task_id, run_id, ordinal, key, depends_on, spec)
    select id, $1, ordinal, key, needs, spec from given
  ), inserted as (
    insert into maniple.tasks (id, run_id, group_id, ordinal, state, pending, boost_ms, rank)
    overriding system value
    select id, $1, group_id, ordinal,
      (case when pending = 0 then 'ready' else 'waiting' end)::maniple.task_state,
      case when ordinal = 0 then 0 else pending end, boost, rank from given
  ), queued as (
    insert into maniple.task_queue (group_id, rank, task_id)
    select group_id, rank, id from given where pending = 0 order by 1, 2, 3
  ), closing as (
    update maniple.runs r set closing_task = given.id from given where r.id = $1 and given.ordinal = 0
  ), counted as (
    update maniple.task_groups g set ready = g.ready + r.n
    from (select group_id, count(*) as n from given where pending = 0 group by 1) r where g.id = r.group_id
  )
  select ordinal, id from given`

async function insertEdges(
  client: PoolClient,
  ids: readonly number[],
  { needed, needing }: PreparedTasks['edges'],
): Promise<void> {
  const idsOf = (ordinals: readonly number[]) => ordinals.map((ordinal) => ids[ordinal])
  for (let from = 0; from < needed.length; from += mostEdges) {
    const to = from + mostEdges
    // By id: looking keys up in tables that were filled a moment ago took minutes.
    await client.query(
      `insert into maniple.task_edges (needs_id, task_id)
       select * from unnest($1::bigint[], $2::bigint[]) order by 1, 2`,
      [idsOf(needed.slice(from, to)), idsOf(needing.slice(from, to))],
    )
  }
}
