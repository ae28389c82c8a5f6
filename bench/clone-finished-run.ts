import pg from 'pg'

type Clone = {
  readonly table: string
  /** SQL for the columns that differ in copy number `k` of row `s`. */
  readonly changes: Readonly<Record<string, string>>
}

const copiedRun = `'copy' || k`
const clones: readonly Clone[] = [
  { table: 'runs', changes: { id: copiedRun } },
  { table: 'task_groups', changes: { id: 's.id + k * $2', run_id: copiedRun } },
  {
    table: 'tasks',
    changes: { id: 's.id + k * $2', group_id: 's.group_id + k * $2', run_id: copiedRun },
  },
  { table: 'task_specs', changes: { task_id: 's.task_id + k * $2', run_id: copiedRun } },
  { table: 'attempts', changes: { task_id: 's.task_id + k * $2' } },
  { table: 'run_events', changes: { run_id: copiedRun } },
]

async function cloneRows(
  pool: pg.Pool,
  { table, changes }: Clone,
  { copies, span }: { readonly copies: number; readonly span: number },
): Promise<void> {
  const { rows } = await pool.query<{ column_name: string }>(
    `select column_name from information_schema.columns
     where table_schema = 'maniple' and table_name = $1 order by ordinal_position`,
    [table],
  )
  const names = rows.map((row) => row.column_name)
  const values = names.map((name) => changes[name] ?? `s.${pg.escapeIdentifier(name)}`)
  await pool.query(
    `insert into maniple.${table} (${names.map((name) => pg.escapeIdentifier(name)).join(', ')})
     overriding system value
     select ${values.join(', ')} from maniple.${table} s, generate_series(1, $1::int) as k
     where $2::bigint > 0`,
    [copies, span],
  )
}

/**
 * Copies everything in the database so many times over: a fast way to a large history. All of it
 * must have ended.
 */
export async function cloneFinishedRun(pool: pg.Pool, copies: number): Promise<void> {
  const { rows } = await pool.query<{ span: number }>(
    'select max(id) + 1 as span from maniple.tasks',
  )
  const span = Number(rows[0]?.span)
  for (const clone of clones) await cloneRows(pool, clone, { copies, span })
  for (const table of ['tasks', 'task_groups']) {
    await pool.query(
      `select setval(pg_get_serial_sequence('maniple.${table}', 'id'), $1::bigint)`,
      [(copies + 1) * span],
    )
  }
  // What autovacuum would have done by the time that so much had been run.
  await pool.query('vacuum (analyze)')
}
