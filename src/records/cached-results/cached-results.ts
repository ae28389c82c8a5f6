import type { Pool } from 'pg'
import * as z from 'zod'
import type { JsonObject } from '../../shared/index.ts'

const CachedRow = z.object({ output: z.custom<JsonObject>(), simulated: z.boolean() })
/** The output of an earlier task with the same inputs. */
export type CachedResult = z.infer<typeof CachedRow>

export async function findCachedResult(pool: Pool, key: string): Promise<CachedResult | null> {
  const result = await pool.query<Record<string, unknown>>(
    'select output, simulated from maniple.cached_results where key = $1',
    [key],
  )
  return result.rowCount === 0 ? null : CachedRow.parse(result.rows[0])
}

/** Keeps a result for equal tasks to come; a newer one replaces it. */
export async function keepCachedResult(
  pool: Pool,
  key: string,
  result: CachedResult,
): Promise<void> {
  await pool.query(
    `insert into maniple.cached_results (key, output, simulated) values ($1, $2, $3)
     on conflict (key) do update set output = excluded.output, simulated = excluded.simulated, created_at = now()`,
    [key, JSON.stringify(result.output), result.simulated],
  )
}
