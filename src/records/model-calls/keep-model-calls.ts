import type { Pool, PoolClient } from 'pg'
import type { ModelCallRecord } from '../../contracts/index.ts'

/** Appends calls; those that are kept already stay as they are. A run's own go with its commits. */
export async function keepModelCalls(
  client: Pool | PoolClient,
  calls: readonly ModelCallRecord[],
): Promise<void> {
  await client.query('select maniple.keep_model_calls($1)', [JSON.stringify(calls)])
}
