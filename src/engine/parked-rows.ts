import type { Pool } from 'pg'
import * as z from 'zod'
import type { AppError, JsonObject } from '../shared/index.ts'

const ParkedTask = z.object({
  task: z.number(),
  attempt: z.number(),
  key: z.string(),
  reason: z.enum(['outside', 'approval']),
})
/** `task` and `attempt` are what resumes it. */
export type ParkedTask = z.infer<typeof ParkedTask>

export async function readParked(pool: Pool, runId: string): Promise<readonly ParkedTask[]> {
  const { rows } = await pool.query(
    `select t.id as task, t.attempt, s.key, t.park_reason as reason
     from maniple.tasks t join maniple.task_specs s on s.task_id = t.id
     where t.run_id = $1 and t.state = 'parked' order by t.id`,
    [runId],
  )
  return z.array(ParkedTask).parse(rows)
}

export type ParkedResult =
  | {
      readonly output: JsonObject
      readonly cost?: Readonly<Record<string, number>>
      readonly simulated?: boolean
    }
  | { readonly error: AppError }
  /** Not done yet: to be performed once more, as the same try. */
  | { readonly again: true }

export async function resumeParked(
  pool: Pool,
  { task, attempt }: { readonly task: number; readonly attempt: number },
  result: ParkedResult,
): Promise<boolean> {
  const output = 'output' in result ? JSON.stringify(result.output) : null
  const cost = 'output' in result && result.cost !== undefined ? JSON.stringify(result.cost) : null
  const simulated = 'output' in result && (result.simulated ?? false)
  const error = 'error' in result ? result.error : null
  const { rows } = await pool.query<{ resumed: boolean }>(
    'select maniple.resume_parked($1, $2, $3, $4, $5, $6, $7, $8) as resumed',
    [
      task,
      attempt,
      kindOf(result),
      output,
      error?.code ?? null,
      error?.message ?? null,
      cost,
      simulated,
    ],
  )
  return rows[0]?.resumed ?? false
}

function kindOf(result: ParkedResult): 'succeeded' | 'failed' | 'released' {
  if ('again' in result) return 'released'
  return 'output' in result ? 'succeeded' : 'failed'
}
