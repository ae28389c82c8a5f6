import type { Pool } from 'pg'
import * as z from 'zod'
import { Complexity, type ModelCallRecord } from '../../contracts/index.ts'

const CallRow = z.object({
  id: z.string(),
  at: z.date().transform((at) => at.toISOString()),
  runId: z.string(),
  task: z.string(),
  attempt: z.number(),
  repository: z.string().nullable(),
  user: z.string().nullable(),
  specialist: z.string(),
  taskType: z.string(),
  complexity: Complexity,
  model: z.string(),
  pilot: z.string().nullable(),
  arm: z.enum(['control', 'candidate']).nullable(),
  outcome: z.enum(['succeeded', 'failed']),
  errorCode: z.string().nullable(),
  latencyMs: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  costUsd: z.number().nullable(),
  repaired: z.boolean(),
  fallback: z.boolean(),
  simulated: z.boolean(),
})

/** A run's calls, task by task, each task's in the order they were made. */
export async function runModelCalls(
  pool: Pool,
  runId: string,
): Promise<readonly ModelCallRecord[]> {
  const result = await pool.query<Record<string, unknown>>(
    `select id, at, run_id as "runId", task, attempt, repository, user_name as "user", specialist,
       task_type as "taskType", complexity, model, pilot, arm, outcome, error_code as "errorCode",
       latency_ms as "latencyMs", input_tokens::float8 as "inputTokens",
       output_tokens::float8 as "outputTokens", cost_usd as "costUsd", repaired, fallback, simulated
     from maniple.model_calls where run_id = $1
     order by task, attempt, at, outcome desc, id`,
    [runId],
  )
  return z.array(CallRow).parse(result.rows)
}
