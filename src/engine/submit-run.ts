import type { Pool, PoolClient } from 'pg'
import { AppError, newId } from '../shared/index.ts'
import type { NewRun } from './engine-types.ts'
import { prepareTasks } from './prepare-tasks.ts'
import { storeTasks } from './store-tasks.ts'

/** No statement of a submission may hold its locks, and its caller, for longer. */
const statementSeconds = 60

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
  const id = run.id ?? newId()
  // What takes time and what may be refused comes before a connection is held.
  const prepared = await prepareTasks(id, run)
  const client = await pool.connect()
  let failure: Error | undefined
  try {
    await client.query(`begin; set local statement_timeout = '${statementSeconds}s'`)
    const isNew = await insertRun(client, run, { id, input: prepared.input })
    if (!isNew) {
      await client.query('rollback')
      return { id: await findByKey(client, run), created: false }
    }
    await insertLanes(client, run)
    await storeTasks(client, id, { prepared, binding: run.binding })
    await alongside(client)
    await client.query(`select pg_notify('maniple', 'work')`)
    await client.query('commit')
    return { id, created: true }
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
    throw isTimeout(error) ? tooSlow(failure) : error
  } finally {
    // A client that failed may be in the middle of a transaction: it is not given back, but closed.
    client.release(failure)
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '57014'
}

function tooSlow(cause: Error): AppError {
  return new AppError(
    'database_unavailable',
    `the database did not store the run within ${statementSeconds} s; nothing of it is kept: try again`,
    { cause },
  )
}

/** False where the idempotency key is known. */
async function insertRun(
  client: PoolClient,
  run: NewRun,
  { id, input }: { readonly id: string; readonly input: string },
): Promise<boolean> {
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
      input,
      run.idempotency?.key ?? null,
      run.idempotency?.requestHash ?? null,
      run.simulated,
      run.parentRun,
      run.repository,
      run.user,
    ],
  )
  return result.rowCount === 1
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
