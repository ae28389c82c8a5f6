import { createHash, randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import * as z from 'zod'
import { type AuditEntry, type Caller, Role } from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import type { Audit } from '../audit/create-audit.ts'
import { insertToken } from './insert-token.ts'

const TokenRow = z.object({
  name: z.string(),
  role: Role,
  createdAt: z.date(),
  expiresAt: z.date().nullable(),
  revokedAt: z.date().nullable(),
  /** To the minute. */
  lastUsedAt: z.date().nullable(),
})
/** What may be told of a token: everything but the secret. */
export type TokenRow = z.infer<typeof TokenRow>

export type NewToken = {
  readonly name: string
  readonly role: Role
  readonly expires?: Date | undefined
}

export type Tokens = {
  /** The token itself, which nobody can show again. `usage_invalid` when the name is not free. */
  readonly create: (token: NewToken, by: Caller) => Promise<string>
  /** Newest first, revoked and expired ones too. */
  readonly list: () => Promise<readonly TokenRow[]>
  /** Somebody could get in: a token is neither revoked nor expired. */
  readonly anyValid: () => Promise<boolean>
  /** Throws `not_found`. Other processes notice within seconds. */
  readonly revoke: (name: string, by: Caller) => Promise<void>
  /** Null for a token that is unknown, revoked or expired. */
  readonly find: (plain: string) => Promise<Pick<TokenRow, 'name' | 'role'> | null>
}

const columns = `name, role::text as role, created_at as "createdAt", expires_at as "expiresAt",
  revoked_at as "revokedAt", last_used_at as "lastUsedAt"`
const valid = 'revoked_at is null and (expires_at is null or expires_at > now())'
const tokenShape = /^mnp_[\w-]{43}$/
const nameShape = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/

/**
 * SHA-256 without salt or stretching is right here, and would be wrong for passwords: a token is
 * 256 random bits, so nobody can guess or tabulate it, and the look-up must be cheap. Finding it by
 * its hash also leaves nothing to time: what an index compares is not under the caller's control.
 */
function hashOf(plain: string): Buffer {
  return createHash('sha256').update(plain).digest()
}

function auditOf(action: string, token: { name: string; role?: Role }, by: Caller): AuditEntry {
  const role = token.role === undefined ? {} : { TokenRole: token.role }
  return {
    event: `API_Token_${action}d`,
    actor: by.user,
    repository: null,
    action: `${action}Token`,
    result: 'SUCCESS',
    details: { TokenName: token.name, ...role, Via: by.via },
  }
}

/** Actors of the product itself, in audit, budgets and lists. */
const reserved: readonly string[] = ['anonymous', 'local', 'maniple', 'system']

function checkShape(name: string): void {
  if (nameShape.test(name)) return
  const message = `${JSON.stringify(name.slice(0, 80))} is no name for a token: use up to 64 letters, digits, ., _, @ and -, and begin with a letter or digit`
  throw new AppError('usage_invalid', message)
}

function checkFree(name: string): void {
  checkShape(name)
  if (!reserved.includes(name.toLowerCase())) return
  const message = `${JSON.stringify(name)} is reserved, as are ${reserved.join(', ')} in any case: audit and budgets name the product itself so; choose another name`
  throw new AppError('usage_invalid', message)
}

function explainTaken(name: string, taken: string): string {
  const isSame = name === taken
  const why = isSame ? '' : `, and ${JSON.stringify(name)} differs from it only by case`
  return `There is a token named ${JSON.stringify(taken)}${why}; revoke it first or choose another name`
}

async function findToken(pool: Pool, plain: string): ReturnType<Tokens['find']> {
  // What cannot be a token costs no question.
  if (!tokenShape.test(plain)) return null
  const hash = hashOf(plain)
  const { rows } = await pool.query<Record<string, unknown>>(
    `select name, role::text as role, coalesce(last_used_at < now() - interval '1 minute', true) as due
     from maniple.tokens
     where hash = $1 and ${valid}`,
    [hash],
  )
  const [row] = rows
  if (row === undefined) return null
  if (row.due === true) {
    // Asked again, so that of many processes one writes.
    await pool.query(
      `update maniple.tokens set last_used_at = now()
       where hash = $1 and coalesce(last_used_at < now() - interval '1 minute', true)`,
      [hash],
    )
  }
  return TokenRow.pick({ name: true, role: true }).parse(row)
}

export type TokensOptions = {
  readonly pool: Pool
  /** Creating and revoking are audited in the same transaction. */
  readonly audit: Pick<Audit, 'entry' | 'segment'>
}

export function createTokens({ pool, audit }: TokensOptions): Tokens {
  const rowOf = (entry: AuditEntry): string => JSON.stringify([audit.entry(entry)])
  return {
    create: async ({ name, role, expires }, by) => {
      checkFree(name)
      const plain = `mnp_${randomBytes(32).toString('base64url')}`
      const entry = rowOf(auditOf('Create', { name, role }, by))
      const row = { name, role, hash: hashOf(plain), expires: expires ?? null }
      const taken = await insertToken(pool, row, { segment: audit.segment, entry })
      if (taken === null) return plain
      throw new AppError('usage_invalid', explainTaken(name, taken))
    },
    list: async () => {
      const { rows } = await pool.query<Record<string, unknown>>(
        `select ${columns} from maniple.tokens order by id desc`,
      )
      return rows.map((row) => TokenRow.parse(row))
    },
    anyValid: async () => {
      const { rowCount } = await pool.query(`select from maniple.tokens where ${valid} limit 1`)
      return rowCount === 1
    },
    revoke: async (name, by) => {
      checkShape(name)
      const { rowCount } = await pool.query(
        `with gone as (
           update maniple.tokens set revoked_at = now() where name = $1 and revoked_at is null returning 1
         ) select maniple.append_audit($2, $3::json) from gone`,
        [name, audit.segment, rowOf(auditOf('Revoke', { name }, by))],
      )
      if (rowCount === 1) return
      const message = `There is no token named ${JSON.stringify(name)}; \`maniple token list\` shows all`
      throw new AppError('not_found', message)
    },
    find: (plain) => findToken(pool, plain),
  }
}
