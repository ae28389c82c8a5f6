import type { ClientBase } from 'pg'
import * as z from 'zod'

/** Where a segment stood: the hash of its record number `count`. Enough to prove all before it. */
export const AuditHead = z.object({
  segment: z.int().min(0),
  count: z.int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
})
export type AuditHead = z.infer<typeof AuditHead>

/** The segment whose records tell of all others. */
export const register = 0

/**
 * Heads worth keeping: the register's, which vouches for all that is sealed, and those of segments
 * that are still written to.
 */
export async function readHeads(client: Pick<ClientBase, 'query'>): Promise<readonly AuditHead[]> {
  const { rows } = await client.query<Record<string, unknown>>(
    `select number as segment, count, head as hash from maniple.audit_segments
     where sealed_at is null order by number`,
  )
  return rows.map((row) => AuditHead.parse(row))
}
