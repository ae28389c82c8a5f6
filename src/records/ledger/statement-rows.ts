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

/** Of which accounts there is to be a list: those of one scope whose ids end so. */
export type AccountFamily = { readonly scope: string; readonly suffix: string }

/**
 * Accounts of these families, by id; of the scopes `run` and `root` those with a run that has not
 * ended: there is one for each run that ever was.
 */
export async function listAccounts(
  pool: Pool,
  families: readonly AccountFamily[],
  page: { readonly limit: number; readonly after: string | null; readonly now: Date },
): Promise<readonly AccountStatement[]> {
  const result = await pool.query<Record<string, unknown>>(
    `with families as (
       select * from unnest($1::text[], $2::text[]) as x (scope, suffix)
     ), active as materialized (
       select id, root_id from maniple.runs where outcome is null
     ), named as materialized (
       -- Before the families, so that the many accounts of runs are looked at once.
       select id from maniple.ledger_accounts
       where (starts_with(id, 'repository:') or starts_with(id, 'user:') or starts_with(id, 'organisation:'))
         and (period_end is null or period_end > $5)
     ), ids as (
       select 'all' || f.suffix as id from families f where f.scope = 'all'
       union
       select 'run:' || r.id || f.suffix from families f, active r where f.scope = 'run'
       union
       select 'root:' || r.root_id || f.suffix from families f, active r where f.scope = 'root'
       union
       select a.id from named a join families f
         on starts_with(a.id, f.scope || ':') and right(a.id, length(f.suffix)) = f.suffix
       where f.scope in ('repository', 'user', 'organisation')
     )
     select a.id, a.unit, a.cap, a.per_minute, a.period_end, a.spent, a.reserved
     from ids join maniple.ledger_accounts a on a.id = ids.id
     where $4::text is null or a.id > $4 order by a.id limit $3`,
    [
      families.map(({ scope }) => scope),
      families.map(({ suffix }) => suffix),
      page.limit,
      page.after,
      page.now,
    ],
  )
  return z.array(StatementRow).parse(result.rows)
}

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
