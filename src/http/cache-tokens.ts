import { createHash } from 'node:crypto'
import type { Caller } from '../contracts/index.ts'

type Find = (token: string) => Promise<Caller | null>

type Kept = { readonly until: number; readonly found: Promise<Caller | null>; valid: boolean }

export type CachedTokens = {
  readonly find: Find
  /** True for a token that was lately found to be valid. */
  readonly has: (token: string) => boolean
}

/** A revoked token works at most so long. */
const keptMs = 5000
const mostKept = 1000

/** Asks at most once in five seconds for the same token; many requests at once share one answer. */
export function cacheTokens(find: Find, now = (): number => performance.now()): CachedTokens {
  const known = new Map<string, Kept>()
  // By hash: a dump of the process holds no token longer than its request.
  const keyOf = (token: string): string => createHash('sha256').update(token).digest('base64')
  const lookUp = (key: string): Kept | undefined => {
    const kept = known.get(key)
    return kept !== undefined && kept.until > now() ? kept : undefined
  }
  const ask = (key: string, token: string): Kept => {
    const oldest = known.keys().next().value
    if (known.size >= mostKept && oldest !== undefined) known.delete(oldest)
    const asked = find(token)
    const kept: Kept = { until: now() + keptMs, found: asked, valid: false }
    known.delete(key)
    known.set(key, kept)
    asked.then(
      (caller) => {
        kept.valid = caller !== null
      },
      // Whoever waits is told; the next request asks anew.
      () => {
        if (known.get(key) === kept) known.delete(key)
      },
    )
    return kept
  }
  return {
    find: async (token) => {
      const key = keyOf(token)
      return await (lookUp(key) ?? ask(key, token)).found
    },
    has: (token) => lookUp(keyOf(token))?.valid === true,
  }
}
