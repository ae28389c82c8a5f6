import type { Pool } from 'pg'
import type { ClaimedTask } from './engine-types.ts'

/** Swaps the lanes of a running task for those of another way; null when none is open with room. */
export async function takeWay(
  pool: Pool,
  worker: string,
  swap: { readonly claimed: ClaimedTask; readonly choices: readonly string[] },
): Promise<string | null> {
  const { claimed, choices } = swap
  const { rows } = await pool.query<{ choice: string | null }>(
    'select maniple.swap_way($1, $2, $3, $4) as choice',
    [claimed.task, claimed.attempt, worker, choices],
  )
  return rows[0]?.choice ?? null
}
