import type { Pool } from 'pg'

type EndedRun = {
  readonly id: string
  readonly kind?: string
  readonly sequentialMs: number
  readonly criticalPathMs: number
  readonly slots: number
  readonly wallMs: number
  readonly endedAt: string
  /** Of its four tasks; default: all. */
  readonly succeeded?: number
}

/** A run of four tasks that ended so, as the engine's tables have it. */
export async function endRun(pool: Pool, run: EndedRun): Promise<void> {
  const { succeeded = 4 } = run
  await pool.query(
    `insert into maniple.runs (id, kind, title, agent, slots, total, outcome, open, succeeded, failed, input,
       sequential_ms, critical_path_ms, finished_at, resumed_at)
     values ($1, $2, 'a run', 'model', $3, 4, $9, 0, $8, 4 - $8, '{}', $4, $5, $6::timestamptz,
       $6::timestamptz - $7::float8 * interval '1 millisecond')`,
    [
      run.id,
      run.kind ?? 'orchestrate',
      run.slots,
      run.sequentialMs,
      run.criticalPathMs,
      run.endedAt,
      run.wallMs,
      succeeded,
      succeeded === 0 ? 'failed' : 'succeeded',
    ],
  )
}
