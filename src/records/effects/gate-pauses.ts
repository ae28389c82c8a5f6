import type { Pool, PoolClient } from 'pg'
import * as z from 'zod'
import { storableText } from '../../shared/index.ts'

const GatePause = z.object({
  scope: z.string().describe('A repository, or empty for all'),
  by: z.string(),
  reason: z.string(),
  at: z.date(),
})
export type GatePause = z.infer<typeof GatePause>

export async function readPauses(pool: Pool | PoolClient): Promise<readonly GatePause[]> {
  const { rows } = await pool.query(
    'select scope, by_name as by, reason, at from maniple.gate_pauses order by scope',
  )
  return z.array(GatePause).parse(rows)
}

/** A second pause of a scope replaces the first one's reason. */
export async function pauseGate(
  pool: Pool,
  pause: Pick<GatePause, 'scope' | 'by' | 'reason'>,
): Promise<void> {
  await pool.query(
    `insert into maniple.gate_pauses (scope, by_name, reason) values ($1, $2, $3)
     on conflict (scope) do update set by_name = excluded.by_name, reason = excluded.reason, at = excluded.at`,
    [storableText(pause.scope), storableText(pause.by), storableText(pause.reason)],
  )
}

/** False when nothing was paused. */
export async function resumeGate(pool: Pool, scope: string): Promise<boolean> {
  const { rowCount } = await pool.query('delete from maniple.gate_pauses where scope = $1', [scope])
  return (rowCount ?? 0) > 0
}
