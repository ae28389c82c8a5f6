import type { Pool } from 'pg'

/** Whether an issue or pull request was made by Maniple, or is one that a run of it began with. */
export async function findMadeObject(
  pool: Pool,
  { repository, number }: { readonly repository: string; readonly number: number },
): Promise<boolean> {
  const { rows } = await pool.query<{ own: boolean }>(
    `select exists (select from maniple.github_workers w join maniple.github_runs g on g.run_id = w.run_id
         where g.repository = $1 and (w.issue = $2 or w.pull = $2))
       or exists (select from maniple.github_runs where repository = $1 and issue = $2)
       or exists (select from maniple.effects where repository = $1 and state = 'performed'
         and type in ('issue.create', 'pull.open') and receipt ->> 'number' = $2::text) as own`,
    [repository, number],
  )
  return rows[0]?.own ?? false
}

/** The type of the task behind an effect; null where there is none. */
export async function readTaskType(
  pool: Pool,
  { run, task }: { readonly run: string | null; readonly task: string | null },
): Promise<string | null> {
  if (run === null || task === null) return null
  const { rows } = await pool.query<{ type: string }>(
    `select spec ->> 'type' as type from maniple.task_specs where run_id = $1 and key = $2`,
    [run, task],
  )
  return rows[0]?.type ?? null
}
