import type { Pool, PoolClient } from 'pg'
import type { Role } from '../../contracts/index.ts'
import { withTransaction } from '../../database/index.ts'

type TokenInsert = {
  readonly name: string
  readonly role: Role
  readonly hash: Buffer
  readonly expires: Date | null
}

type Audited = { readonly segment: string; readonly entry: string }

async function nameInTheWay(client: PoolClient, name: string): Promise<string | null> {
  // One after the other: the unique index takes `CI` and `ci` for two names.
  await client.query(`select pg_advisory_xact_lock(hashtext('maniple.tokens'))`)
  const { rows } = await client.query<{ name: string }>(
    'select name from maniple.tokens where lower(name) = lower($1) and revoked_at is null limit 1',
    [name],
  )
  return rows[0]?.name ?? null
}

/** Null once it is stored and audited, else the name of the token that is in its way. */
export async function insertToken(
  pool: Pool,
  { name, role, hash, expires }: TokenInsert,
  { segment, entry }: Audited,
): Promise<string | null> {
  return await withTransaction(pool, async (client) => {
    const taken = await nameInTheWay(client, name)
    if (taken !== null) return taken
    await client.query(
      `with made as (
         insert into maniple.tokens (name, role, hash, expires_at)
         values ($1, $2::maniple.token_role, $3, $4) returning 1
       ) select maniple.append_audit($5, $6::json) from made`,
      [name, role, hash, expires, segment, entry],
    )
    return null
  })
}
