import type { Pool, PoolClient } from 'pg'
import { AppError, newId } from '../shared/index.ts'
import type { NewRun, NewTask, TaskSpec, Way } from './engine-types.ts'

const priorityStep = { critical: 3, high: 2, medium: 1, low: 0 } as const

/** Writes something of the caller's in the transaction that submits the run. */
export type Alongside = (client: PoolClient) => Promise<void>

/**
 * Stores a run and its graph in one transaction; resolves once it is committed. A known idempotency
 * key gives the run that was made for it (`created: false`), or throws `idempotency_conflict`.
 */
export async function submitRun(
  pool: Pool,
  run: NewRun,
  alongside: Alongside = async () => undefined,
): Promise<{ readonly id: string; readonly created: boolean }> {
  const client = await pool.connect()
  let failure: Error | undefined
  try {
    await client.query('begin')
    const id = await insertRun(client, run)
    if (id === null) {
      await client.query('rollback')
      return { id: await findByKey(client, run), created: false }
    }
    await insertLanes(client, run)
    await insertTasks(client, id, run)
    await alongside(client)
    await client.query(`select pg_notify('maniple', 'work')`)
    await client.query('commit')
    return { id, created: true }
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    // A client that failed may be in the middle of a transaction: it is not given back, but closed.
    client.release(failure)
  }
}

async function insertRun(client: PoolClient, run: NewRun): Promise<string | null> {
  const id = run.id ?? newId()
  const result = await client.query<Record<string, unknown>>(
    `insert into maniple.runs (id, kind, title, agent, slots, total, open, input, idempotency_key, request_hash, simulated,
       repository, user_name, root_id, depth)
     select $1, $2, $3, $4, $5::int, $6::int, $6::int, $7::jsonb, $8, $9, $10::boolean, $12, $13,
       coalesce(p.root_id, p.id, $1), coalesce(p.depth + 1, 0)
     from (select $11::text as parent) given left join maniple.runs p on p.id = given.parent
     on conflict (idempotency_key) where idempotency_key is not null do nothing`,
    [
      id,
      run.kind,
      run.title,
      run.agent,
      run.slots,
      run.tasks.length,
      JSON.stringify(run.input),
      run.idempotency?.key ?? null,
      run.idempotency?.requestHash ?? null,
      run.simulated,
      run.parentRun,
      run.repository,
      run.user,
    ],
  )
  return result.rowCount === 1 ? id : null
}

async function findByKey(client: PoolClient, run: NewRun): Promise<string> {
  const key = run.idempotency?.key
  const found = await client.query<{ id: string; request_hash: string }>(
    'select id, request_hash from maniple.runs where idempotency_key = $1',
    [key],
  )
  const row = found.rows[0]
  if (row === undefined || row.request_hash !== run.idempotency?.requestHash) {
    throw new AppError(
      'idempotency_conflict',
      `Idempotency-Key "${key}" came with another request before; use a new key for a new request`,
    )
  }
  return row.id
}

async function insertLanes(client: PoolClient, run: NewRun): Promise<void> {
  const values = [run.lanes.map((lane) => lane.name), run.lanes.map((lane) => lane.capacity)]
  // Always in the database's own order, as every commit of a worker locks them.
  await client.query(
    `insert into maniple.lanes (id, capacity)
     select * from unnest($1::text[], $2::int[]) as x (id, capacity) order by id
     on conflict (id) do nothing`,
    values,
  )
  await client.query(
    `update maniple.lanes l set capacity = x.capacity from (
       select k.id, x.capacity from unnest($1::text[], $2::int[]) as x (id, capacity)
       join maniple.lanes k on k.id = x.id and k.capacity <> x.capacity
       order by k.id for update of k) x
     where l.id = x.id`,
    values,
  )
}

type Group = {
  readonly agent: string
  readonly lanes: readonly string[]
  readonly isClosing: boolean
  /** In the order of preference; the first is the home, where the tasks are queued. */
  readonly ways: readonly (Way | null)[]
}

async function insertTasks(client: PoolClient, runId: string, run: NewRun): Promise<void> {
  const tasks = run.closing === null ? run.tasks : [closingTask(run, run.closing), ...run.tasks]
  const groups = new Map<string, Group>()
  const groupKeys = tasks.map((task) => {
    const isClosing = task.key === closingKey
    // A lane named twice is still one place.
    const lanes = [...new Set(task.lanes)].sort()
    const { agent, ways = [] } = task
    const key = JSON.stringify([agent, lanes, isClosing, ways])
    if (!groups.has(key)) {
      groups.set(key, { agent, lanes, isClosing, ways: ways.length > 0 ? ways : [null] })
    }
    return key
  })
  const groupIds = await insertGroups(client, runId, {
    groups: [...groups.values()],
    binding: run.binding,
  })
  const idOfGroup = new Map([...groups.keys()].map((key, index) => [key, groupIds[index] ?? 0]))
  const rows = tasks.map((task, index) => ({
    group: idOfGroup.get(groupKeys[index] ?? ''),
    ordinal: index + (run.closing === null ? 1 : 0),
    // The closing task waits for all others, which is not written as edges.
    pending: task.key === closingKey ? 1 : task.dependsOn.length,
    boost: priorityStep[task.priority] * run.ageingMs,
    key: task.key,
    needs: task.dependsOn,
    spec: specOf(runId, task),
  }))
  // One JSON text, not an array a column: it is quoted once, and read without a cast a value.
  await client.query(insertTasksText, [runId, JSON.stringify(rows)])
  if (tasks.some((task) => task.dependsOn.length > 0)) await insertEdges(client, runId, tasks)
}

/** What a worker is handed, and what clients are told, of what never changes. */
function specOf(runId: string, task: NewTask): TaskSpec {
  const { lanes: _lanes, ways: _ways, ...spec } = task
  return { ...spec, runId, isClosing: task.key === closingKey }
}

/** Ordinal 0 and a key no splitter makes; it is neither counted nor listed among the tasks. */
const closingKey = '.closing'

function closingTask(run: NewRun, closing: NonNullable<NewRun['closing']>): NewTask {
  return {
    key: closingKey,
    title: 'Draw the results together',
    type: 'closing',
    agent: run.agent,
    priority: 'medium',
    complexity: 'medium',
    dependsOn: [],
    lanes: [],
    timeoutMs: closing.timeoutMs,
    maxRetries: 1,
    payload: closing.payload,
  }
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
       insert into maniple.task_groups (id, run_id, agent, lanes, binding, is_closing, choice, preference, home_group)
       overriding system value
       select id, $1, $2, lanes, $3, $4, choice, preference,
         case when preference > 0 then (select id from way where preference = 0) end
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
    select x.*, nextval('maniple.tasks_id_seq') as id,
      extract(epoch from clock_timestamp()) * 1000 - x.boost as rank
    from json_to_recordset($2) as x ("group" bigint, ordinal int, pending int, boost float8, key text,
      needs text[], spec json)
  ), specs as (
    insert into maniple.task_specs (task_id, run_id, ordinal, key, depends_on, spec)
    select id, $1, ordinal, key, needs, spec from given
  ), inserted as (
    insert into maniple.tasks (id, run_id, group_id, ordinal, state, pending, boost_ms, rank)
    overriding system value
    select id, $1, "group", ordinal,
      (case when pending = 0 then 'ready' else 'waiting' end)::maniple.task_state,
      case when ordinal = 0 then 0 else pending end, boost, rank from given
  ), queued as (
    insert into maniple.task_queue (group_id, rank, task_id)
    select "group", rank, id from given where pending = 0 order by 1, 2, 3
  ), counted as (
    update maniple.runs set closing_task = (select id from given where ordinal = 0) where id = $1
  )
  update maniple.task_groups g set ready = r.n
  from (select "group", count(*) as n from given where pending = 0 group by 1) r where g.id = r."group"`

async function insertEdges(
  client: PoolClient,
  runId: string,
  tasks: readonly NewTask[],
): Promise<void> {
  const pairs = tasks.flatMap((task) => task.dependsOn.map((needs) => [needs, task.key] as const))
  const { rowCount } = await client.query(
    `insert into maniple.task_edges (needs_id, task_id)
     select n.task_id, t.task_id from unnest($2::text[], $3::text[]) as x (needs, task)
     join maniple.task_specs n on n.run_id = $1 and n.key = x.needs
     join maniple.task_specs t on t.run_id = $1 and t.key = x.task`,
    [runId, pairs.map(([needs]) => needs), pairs.map(([, task]) => task)],
  )
  // A dependency that nobody ever ends would keep the run open for ever.
  if (rowCount !== pairs.length) {
    throw new AppError(
      'internal',
      `the plan of run ${runId} names a dependency that it does not have`,
    )
  }
}
