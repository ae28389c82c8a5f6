import type { Pool } from 'pg'

/** What the calls of one task cost, all tries together, by unit; unknown prices are left out. */
export async function sumCallCosts(
  pool: Pool,
  { run, task }: { readonly run: string; readonly task: string },
): Promise<Readonly<Record<string, number>>> {
  const { rows } = await pool.query<{ input: number; output: number; usd: number | null }>(
    `select coalesce(sum(input_tokens), 0)::float8 as input,
       coalesce(sum(output_tokens), 0)::float8 as output, sum(cost_usd)::float8 as usd
     from maniple.model_calls where run_id = $1 and task = $2`,
    [run, task],
  )
  const { input = 0, output = 0, usd = null } = rows[0] ?? {}
  return { input_tokens: input, output_tokens: output, ...(usd === null ? {} : { usd }) }
}
