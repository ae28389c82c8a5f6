import type { Pool } from 'pg'
import { isDataError } from '../resilience/index.ts'
import type { Completion } from './engine-types.ts'
import { type StepResult, type StepWork, step } from './step.ts'

/**
 * Commits a batch; when the database refuses its data, halves it until the poisonous attempt stands
 * alone, fails that one, and commits the rest.
 */
export async function commitBatch(pool: Pool, worker: string, work: StepWork): Promise<StepResult> {
  const { batch } = work
  try {
    return await step(pool, worker, work)
  } catch (error) {
    if (!isDataError(error) || batch.length === 0) throw error
    const [first] = batch
    if (batch.length === 1 && first !== undefined) {
      return await commitUnstorable(pool, worker, { ...work, batch: [asUnstorable(first, error)] })
    }
    const middle = Math.ceil(batch.length / 2)
    // Only the last half claims, so that one answer carries all that was claimed.
    const left = await commitBatch(pool, worker, {
      ...work,
      free: 0,
      batch: batch.slice(0, middle),
    })
    const right = await commitBatch(pool, worker, { ...work, batch: batch.slice(middle) })
    return { ...right, refused: [...left.refused, ...right.refused] }
  }
}

/** Without its output; and should its records be what cannot be stored, without those too. */
async function commitUnstorable(pool: Pool, worker: string, work: StepWork): Promise<StepResult> {
  try {
    return await step(pool, worker, work)
  } catch (error) {
    if (!isDataError(error)) throw error
    return await step(pool, worker, { ...work, keepRecords: null })
  }
}

function asUnstorable(completion: Completion, error: unknown): Completion {
  const reason = error instanceof Error ? error.message : 'refused by the database'
  return {
    ...completion,
    kind: 'failed',
    output: null,
    cost: null,
    code: 'output_unstorable',
    message: `the output cannot be stored: ${reason}`,
  }
}
