import { AppError } from '../shared/index.ts'

/** The `code` of a Node or PostgreSQL error, or an empty string. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  // Node's happy eyeballs wraps one failure per address.
  if (error instanceof AggregateError) return errorCode(error.errors[0])
  return ''
}

/** Fields for a log line. The error itself drags its whole client along. */
export function failureFields(error: unknown): { readonly code: string; readonly reason: string } {
  return { code: errorCode(error), reason: error instanceof Error ? error.message : String(error) }
}

const causes: Readonly<Record<string, string>> = {
  '28P01': 'refuses the user name or password: correct DATABASE_URL',
  '28000': 'refuses this user from this address: correct DATABASE_URL or pg_hba.conf',
  '3D000': 'has no such database: create it or correct DATABASE_URL',
  '53300': 'has no connection left: raise max_connections or lower the pool size',
  ECONNREFUSED: 'does not accept connections: start it or correct DATABASE_URL',
  ENOTFOUND: 'cannot be found: correct the host in DATABASE_URL',
  EAI_AGAIN: 'cannot be found just now: check the name service or the host in DATABASE_URL',
  ETIMEDOUT: 'does not answer: check the network or correct DATABASE_URL',
}

const notRetryable = new Set(['28P01', '28000', '3D000', 'ENOTFOUND'])

/** `host:port/database` of a connection URL, without user and password. */
export function placeOf(url: string): string {
  if (!URL.canParse(url)) {
    throw new AppError(
      'config_invalid',
      'DATABASE_URL is not a URL: write postgres://user:password@host:port/database',
    )
  }
  const { hostname, port, pathname } = new URL(url)
  return `${hostname || 'localhost'}:${port || '5432'}${pathname}`
}

/** What connecting to a given server failed with, in one line that names the server. */
export function connectionFailure(place: string, error: unknown): AppError {
  const code = errorCode(error)
  const detail = error instanceof Error ? error.message : String(error)
  const cause =
    causes[code] ??
    (/timeout/i.test(detail) ? causes.ETIMEDOUT : `cannot be used: ${detail.split('\n')[0]}`)
  const suffix = code === '' ? '' : ` (${code})`
  return new AppError('database_unavailable', `PostgreSQL at ${place} ${cause}${suffix}`, {
    cause: error,
    ...(notRetryable.has(code) ? { isRetryable: false } : {}),
  })
}
