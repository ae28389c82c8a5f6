import type { Pool } from 'pg'
import * as z from 'zod'
import type { AuditEntry } from '../../contracts/index.ts'
import type { Audit } from '../../records/index.ts'

export const atOnce = 100

const EndedRun = z.object({
  id: z.string(),
  outcome: z.enum(['succeeded', 'partial', 'failed', 'cancelled']),
  repository: z.string().nullable(),
  user_name: z.string().nullable(),
  root_id: z.string().nullable(),
  total: z.number(),
  succeeded: z.number(),
  models: z.array(z.string()),
  processing_ms: z.number(),
  efficiency: z.number().nullable(),
})

const results = {
  succeeded: 'SUCCESS',
  partial: 'PARTIAL_SUCCESS',
  failed: 'FAILURE',
  cancelled: 'FAILURE',
} as const

/** A connection that is silent for so long is given up. */
const silenceMs = 10_000

export type AuditEndedParts = {
  readonly pool: Pool
  readonly audit: Pick<Audit, 'segment' | 'entry'>
  /** For each of the four statements. Default: 10 s. */
  readonly timeoutMs?: number
}

/**
 * Tells the audit of orchestrations that have ended, each once, whatever process sees it first: the
 * entry and the mark on the run are one transaction. One that was retried ends again, and is told
 * again. Resolves to how many there were, at most 100.
 */
export async function auditEndedRuns(parts: AuditEndedParts): Promise<number> {
  const { pool, audit, timeoutMs = silenceMs } = parts
  const client = await pool.connect()
  const query = (text: string, values: unknown[] = []) => {
    const config = { text, values, query_timeout: timeoutMs }
    return client.query<Record<string, unknown>>(config)
  }
  let failure: Error | undefined
  try {
    await query('begin')
    // Whoever holds a run's row tells of it; the others need not wait.
    const { rows } = await query(
      `with ended as (
         update maniple.runs set audited_at = finished_at where id in (
           select id from maniple.runs
           where kind = 'orchestrate' and outcome is not null and audited_at is distinct from finished_at
           order by finished_at limit $1 for update skip locked)
         returning *
       )
       select id, outcome, repository, user_name, root_id, total, succeeded,
         array(select distinct model from maniple.model_calls c
           where c.run_id = ended.id and c.outcome = 'succeeded' order by 1) as models,
         earlier_wall_ms + extract(epoch from finished_at - resumed_at)::float8 * 1000 as processing_ms,
         case when succeeded > 0 then greatest(critical_path_ms, sequential_ms / slots)
           / nullif(earlier_wall_ms + extract(epoch from finished_at - resumed_at)::float8 * 1000, 0) end as efficiency
       from ended`,
      [atOnce],
    )
    const entries = z.array(EndedRun).parse(rows).map(entryOf).map(audit.entry)
    if (entries.length > 0) {
      await query('select maniple.append_audit($1, $2::json)', [
        audit.segment,
        JSON.stringify(entries),
      ])
    }
    await query('commit')
    return entries.length
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    // One that failed may be in the middle of a transaction.
    client.release(failure)
  }
}

function entryOf(run: z.infer<typeof EndedRun>): AuditEntry {
  return {
    event: 'GitHub_Models_Orchestration_Completed',
    actor: run.user_name ?? 'maniple',
    repository: run.repository,
    action: 'OrchestratePipeline',
    result: results[run.outcome],
    details: {
      Run: run.id,
      Root: run.root_id,
      WorkloadsProcessed: run.total,
      Succeeded: run.succeeded,
      ModelsUsed: run.models,
      ProcessingTime: Math.round(run.processing_ms),
      ParallelEfficiency:
        run.efficiency === null ? null : Math.round(Math.min(1, run.efficiency) * 10_000) / 10_000,
    },
  }
}
