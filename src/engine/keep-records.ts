import type { Pool } from 'pg'
import type { JsonObject } from '../shared/index.ts'

/** Writes records by themselves, in a commit of their own. */
export async function keep(
  pool: Pool,
  keepRecords: string,
  records: readonly JsonObject[],
): Promise<void> {
  await pool.query(`select ${keepRecords}($1::json)`, [JSON.stringify(records)])
}
