import type { Pool } from 'pg'

type EndedRun = {
  readonly id: string
  readonly kind?: string
  readonly sequentialMs: number
  readonly criticalPathMs: number
  readonly slots: number
  readonly wallMs: number
  readonly endedAt: string
}

/** A run of four tasks that ended so, as the engine's tables have it. */
export async function endRun(pool: Pool, run: EndedRun): Promise<void> {
  await pool.query(
    `insert into maniple.runs (id, kind, title, agent, slots, total, outcome, open, succeeded, input,
       sequential_ms, critical_path_ms, finished_at, resumed_at)
     values ($1, $2, 'a run', 'model', $3, 4, 'succeeded', 0, 4, '{}', $4, $5, $6::timestamptz,
       $6::timestamptz - $7::float8 * interval '1 millisecond')`,
    [
      run.id,
      run.kind ?? 'orchestrate',
      run.slots,
      run.sequentialMs,
      run.criticalPathMs,
      run.endedAt,
      run.wallMs,
    ],
  )
}
