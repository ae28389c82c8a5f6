import type { Pool } from 'pg'
import * as z from 'zod'
import { type Json, storableText } from '../../shared/index.ts'

export type NewDelivery = {
  /** Who tells it: `github`. */
  readonly source: string
  /** The sender's own number of it, the same when it is sent again. */
  readonly guid: string
  readonly event: string
  readonly action: string | null
  readonly repository: string | null
  readonly sender: string | null
  /** JSON, as it came. */
  readonly body: string
}

const DeliveryRow = z.object({
  ordinal: z.number(),
  source: z.string(),
  guid: z.string(),
  event: z.string(),
  action: z.string().nullable(),
  repository: z.string().nullable(),
  sender: z.string().nullable(),
  body: z.custom<Json>(),
  received_at: z.date(),
  tries: z.number(),
})
export type DeliveryRow = z.infer<typeof DeliveryRow>

/** The names (source and GUID) of those that were new. */
export async function storeDeliveries(
  pool: Pool,
  deliveries: readonly NewDelivery[],
): Promise<ReadonlySet<string>> {
  // The bodies are JSON already: they are put in as they are, not quoted once more.
  const list = deliveries.map(({ body, ...facts }) => {
    const text = storableText(JSON.stringify(facts))
    return `${text.slice(0, -1)},"body":${body}}`
  })
  const { rows } = await pool.query<{ name: string }>(
    'select name from maniple.store_deliveries($1) as name',
    [`[${list.join(',')}]`],
  )
  return new Set(rows.map(({ name }) => name))
}

export async function claimDeliveries(
  pool: Pool,
  { holder, limit, leaseMs }: { holder: string; limit: number; leaseMs: number },
): Promise<readonly DeliveryRow[]> {
  const { rows } = await pool.query('select * from maniple.claim_deliveries($1, $2, $3)', [
    ...[holder, limit, leaseMs],
  ])
  return z.array(DeliveryRow).parse(rows)
}

export type DeliveryEnd = {
  /** `stored`: to be handled again. */
  readonly state: 'stored' | 'done' | 'ignored' | 'failed'
  readonly verdict: string | null
  readonly reasons: readonly string[]
}

/** False when another handler has it meanwhile. */
export async function finishDelivery(
  pool: Pool,
  { ordinal, holder }: { readonly ordinal: number; readonly holder: string },
  { state, verdict, reasons }: DeliveryEnd,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update maniple.deliveries set state = $3::maniple.delivery_state, verdict = $4, reasons = $5, holder = null,
       lease_until = case when $3::maniple.delivery_state = 'stored' then clock_timestamp() + interval '5 seconds' * tries end,
       handled_at = case when $3::maniple.delivery_state <> 'stored' then clock_timestamp() end
     where ordinal = $1 and holder = $2 and state = 'stored'`,
    [ordinal, holder, state, verdict, reasons.map((reason) => storableText(reason))],
  )
  return (rowCount ?? 0) > 0
}

/** How many events of that kind there were on an issue in the last hour, this one included. */
export async function countDeliveries(
  pool: Pool,
  about: { readonly repository: string; readonly event: string; readonly issue: number },
): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::int as n from maniple.deliveries
     where repository = $1 and event = $2 and received_at > clock_timestamp() - interval '1 hour'
       and (body #>> '{issue,number}')::int = $3`,
    [about.repository, about.event, about.issue],
  )
  return rows[0]?.n ?? 0
}
