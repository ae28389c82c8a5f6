import type { Pool } from 'pg'
import * as z from 'zod'
import type { AccountStatement } from '../../contracts/index.ts'
import { fromMicros } from './micro-units.ts'

const Micros = z.coerce.number().transform(fromMicros)

const StatementRow = z
  .object({
    id: z.string(),
    unit: z.string(),
    cap: Micros,
    per_minute: Micros.nullable(),
    period_end: z.date().nullable(),
    spent: Micros,
    reserved: Micros,
  })
  .transform(
    ({ cap, per_minute, period_end, ...row }): AccountStatement => ({
      ...row,
      limit: cap,
      perMinute: per_minute,
      periodEnd: period_end,
    }),
  )

/** Accounts as they stand, in the order of `ids`; what nothing was reserved of yet is left out. */
export async function readStatement(
  pool: Pool,
  ids: readonly string[],
): Promise<readonly AccountStatement[]> {
  const result = await pool.query<Record<string, unknown>>(
    `select a.id, a.unit, a.cap, a.per_minute, a.period_end, a.spent, a.reserved
     from unnest($1::text[]) with ordinality as x (id, n) join maniple.ledger_accounts a on a.id = x.id
     order by x.n`,
    [ids],
  )
  return z.array(StatementRow).parse(result.rows)
}
