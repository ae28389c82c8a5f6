import { createHash } from 'node:crypto'
import type { NewRun } from '../engine/index.ts'
import { AppError, type Json } from '../shared/index.ts'

type Keyed = {
  /** Whose key it is. */
  readonly user: string
  readonly key: string | undefined
  readonly request: object
}

/**
 * Submits with an idempotency key that is its user's own: the same key of another user is another
 * key, so that nobody is handed a stranger's run, and nobody can take a key before its owner does.
 */
export async function keepKeyApart<T>(
  { user, key, request }: Keyed,
  submit: (idempotency: NewRun['idempotency']) => Promise<T>,
): Promise<T> {
  if (key === undefined) return await submit(null)
  const own = sha256(JSON.stringify([user, key]))
  try {
    return await submit({ key: own, requestHash: hashOf(request) })
  } catch (cause) {
    throw inOwnWords(cause, key)
  }
}

/** What is stored of the key says nothing to who sent it. */
function inOwnWords(cause: unknown, key: string): unknown {
  if (!(cause instanceof AppError) || cause.code !== 'idempotency_conflict') return cause
  const message = `Idempotency-Key "${key}" came with another request before; use a new key for a new request`
  return new AppError('idempotency_conflict', message, { cause })
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The same for the same request, whatever the order of its keys. */
function hashOf(request: object): string {
  const sorted = (_key: string, value: Json): Json =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value
  return sha256(JSON.stringify(request, sorted))
}
