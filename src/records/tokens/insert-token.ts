import type { Pool, PoolClient } from 'pg'
import type { Role } from '../../contracts/index.ts'

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
  const client = await pool.connect()
  let failure: Error | undefined
  try {
    await client.query('begin')
    const taken = await nameInTheWay(client, name)
    if (taken === null) {
      await client.query(
        `with made as (
           insert into maniple.tokens (name, role, hash, expires_at)
           values ($1, $2::maniple.token_role, $3, $4) returning 1
         ) select maniple.append_audit($5, $6::json) from made`,
        [name, role, hash, expires, segment, entry],
      )
    }
    await client.query('commit')
    return taken
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    // A client that failed may be in the middle of a transaction: it is not given back, but closed.
    client.release(failure)
  }
}
