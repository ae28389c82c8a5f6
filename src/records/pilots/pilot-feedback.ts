import type { Pool } from 'pg'
import { storableText } from '../../shared/index.ts'

export type FeedbackRow = {
  readonly runId: string
  /** Null: every workload of the run. */
  readonly task: string | null
  readonly user: string
  readonly rating: number
  readonly comment: string | null
}

/** Keeps a user's opinion, replacing an earlier one; returns for how many workloads, 0 if unknown. */
export async function keepFeedback(pool: Pool, feedback: FeedbackRow): Promise<number> {
  const { runId, task, user, rating, comment } = feedback
  const { rowCount } = await pool.query(
    `insert into maniple.pilot_feedback (run_id, task, user_name, rating, comment, at)
     select run_id, key, $3, $4, $5, now() from maniple.task_specs
     where run_id = $1 and ordinal > 0 and ($2::text is null or key = $2)
     on conflict (run_id, task, user_name) do update
       set rating = excluded.rating, comment = excluded.comment, at = excluded.at`,
    [
      ...[storableText(runId), task === null ? null : storableText(task), storableText(user)],
      ...[rating, comment === null ? null : storableText(comment)],
    ],
  )
  return rowCount ?? 0
}
