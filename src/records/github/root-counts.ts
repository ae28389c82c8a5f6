import type { Pool } from 'pg'

export type RootCounts = {
  readonly startsOnObjectThisHour: number
  readonly effectsOfRoot: number
  /** In dollars, as far as prices are known. */
  readonly spendOfRoot: number
}

/** What a chain of runs has done so far, and how often its object had runs. `root` null: a new chain. */
export async function readRootCounts(
  pool: Pool,
  about: { readonly root: string | null; readonly repository: string; readonly issue: number },
): Promise<RootCounts> {
  const { rows } = await pool.query<RootCounts>(
    `select
       (select count(*) from maniple.github_runs g join maniple.runs r on r.id = g.run_id
         where g.repository = $2 and g.issue = $3 and r.created_at > clock_timestamp() - interval '1 hour'
       )::int as "startsOnObjectThisHour",
       (select count(*) from maniple.effects where root_id = $1
         and state not in ('denied', 'dry', 'failed'))::int as "effectsOfRoot",
       coalesce((select sum(c.cost_usd) from maniple.model_calls c join maniple.runs r on r.id = c.run_id
         where r.root_id = $1), 0)::float8 as "spendOfRoot"`,
    [about.root, about.repository, about.issue],
  )
  const [counts] = rows
  if (counts === undefined) throw new Error('counting a chain gave no row')
  return counts
}
