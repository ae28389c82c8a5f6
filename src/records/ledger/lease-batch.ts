import type { Account } from '../../contracts/index.ts'
import type { Chunk } from './chunk.ts'
import type { LeaseLine, LeaseRequest } from './lease-rows.ts'
import type { Waiting } from './waiting.ts'

/** Beyond it a transaction would hold its locks for long. */
const mostAtOnce = 500
/** Accounts that were not used for so long are forgotten, such as those of runs that ended. */
const forgetMs = 60_000

export type LeaseBatch = Pick<LeaseRequest, 'asks' | 'forget'> & {
  readonly lines: readonly Line[]
  /** As many as there are asks. */
  readonly waiting: readonly Waiting[]
}

type Line = LeaseLine & {
  /** As it was configured when this was put together. */
  readonly account: Account
}

type Desk = {
  readonly now: number
  readonly waiting: readonly Waiting[]
  readonly refills: Iterable<Chunk>
  readonly returns: Iterable<Chunk>
  readonly beat: { readonly chunks: Iterable<Chunk>; readonly idleMs: number } | null
  readonly chunkFor: (account: Account) => Chunk
}

/**
 * Puts the next lease together. What is idle of the accounts that are asked for goes back and is asked
 * for anew, so that one look at the account decides; nothing else of those is used meanwhile.
 */
export function collectLease(desk: Desk): LeaseBatch {
  const { now, beat, chunkFor } = desk
  const lines = new Map<Chunk, Line & { readonly index: number }>()
  const add = (chunk: Chunk, ahead: number): number => {
    const known = lines.get(chunk)
    if (known !== undefined) return known.index
    const { account, granted: base, size } = chunk
    const index = lines.size
    lines.set(chunk, { chunk, account, base, ahead: Math.max(0, ahead), size, index })
    return index
  }
  const waiting = desk.waiting.slice(0, mostAtOnce)
  const asks = waiting.map(({ needs }) =>
    needs.map(({ account, micros }) => {
      const chunk = chunkFor(account)
      chunk.takeIdle()
      chunk.size = Math.max(chunk.size, micros)
      return { line: add(chunk, chunk.measureAhead(now)), micros }
    }),
  )
  for (const chunk of desk.returns) {
    chunk.takeIdle()
    add(chunk, 0)
  }
  for (const chunk of desk.refills) add(chunk, chunk.measureAhead(now) - chunk.idle)
  const forget: string[] = []
  for (const chunk of beat?.chunks ?? []) {
    if (lines.has(chunk)) continue
    if (beat !== null && chunk.isHoarding(now, beat.idleMs)) chunk.takeIdle()
    else if (!chunk.mustAsk) {
      const isDone = chunk.open === 0 && chunk.idle === 0 && now - chunk.lastUsedAt >= forgetMs
      if (isDone) forget.push(chunk.id)
      continue
    }
    add(chunk, 0)
  }
  return { lines: [...lines.values()], asks, forget, waiting }
}
