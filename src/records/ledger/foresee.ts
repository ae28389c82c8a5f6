import type { Pool } from 'pg'
import * as z from 'zod'
import type { Account } from '../../contracts/index.ts'
import type { Need } from './claim.ts'
import { limitInMicros } from './micro-units.ts'
import type { RefusedNeed } from './waiting.ts'

const UsedRow = z.object({
  id: z.string(),
  spent: z.coerce.bigint(),
  reserved: z.coerce.bigint(),
})
type Used = z.infer<typeof UsedRow>

export type Foreseen = Omit<RefusedNeed, 'line'>

/**
 * The cap that would refuse such a call longest, and not only until the calls under way have ended;
 * null when there is none. Rates always let a call through in the end. As `maniple.account_frees_ms`
 * (migrations/0005) judges it, but nothing is locked, leased or made known to others.
 */
export async function foresee(
  pool: Pool,
  needs: readonly Need[],
  now: number,
): Promise<Foreseen | null> {
  const capped = needs.filter(({ account }) => account.perMinute === null)
  if (capped.length === 0) return null
  const result = await pool.query<Record<string, unknown>>(
    'select id, spent, reserved from maniple.ledger_accounts where id = any ($1)',
    [capped.map(({ account }) => account.id)],
  )
  const used = new Map(
    z
      .array(UsedRow)
      .parse(result.rows)
      .map((row) => [row.id, row]),
  )
  const found = capped.flatMap((need) => judge(need, used.get(need.account.id), now))
  const [worst] = found.toSorted((one, other) => waitOf(other) - waitOf(one))
  return worst ?? null
}

/** Of an account without a row nothing has been used yet. */
function judge(
  { account, micros }: Need,
  used: Used | undefined,
  now: number,
): readonly Foreseen[] {
  const limit = BigInt(limitInMicros(account.limit, account.id))
  const { spent = 0n, reserved = 0n } = used ?? {}
  if (spent + BigInt(micros) <= limit) return []
  const freesMs = BigInt(micros) > limit ? null : periodMs(account, now)
  return [{ account, micros, available: Number(limit - spent - reserved), freesMs }]
}

function periodMs({ periodEnd }: Account, now: number): number | null {
  return periodEnd === null ? null : Math.max(1, periodEnd.getTime() - now)
}

const waitOf = ({ freesMs }: Foreseen): number => freesMs ?? Number.MAX_SAFE_INTEGER
