import { setTimeout as delay } from 'node:timers/promises'

type Settled<T> =
  | { readonly kind: 'result'; readonly result: IteratorResult<T, unknown> }
  | { readonly kind: 'failure'; readonly error: unknown }

/** A settled promise never rejects, so an abandoned one cannot end the process. */
const settle = async <T>(pending: Promise<IteratorResult<T, unknown>>): Promise<Settled<T>> =>
  pending.then(
    (result): Settled<T> => ({ kind: 'result', result }),
    (error: unknown): Settled<T> => ({ kind: 'failure', error }),
  )

async function settledWithin<T>(
  pending: Promise<Settled<T>>,
  everyMs: number,
): Promise<Settled<T> | 'heartbeat'> {
  const timer = new AbortController()
  const beat = delay(everyMs, 'heartbeat' as const, { signal: timer.signal }).catch(
    () => 'heartbeat' as const,
  )
  try {
    return await Promise.race([pending, beat])
  } finally {
    timer.abort()
  }
}

/**
 * Yields what `source` yields and, whenever it stays silent for `everyMs`, `'heartbeat'`: a proxy
 * cuts silent connections, and only a write finds out that a client is gone.
 */
export async function* withHeartbeats<T>(
  source: AsyncIterable<T, unknown, undefined>,
  everyMs: number,
): AsyncGenerator<T | 'heartbeat', void, undefined> {
  const iterator = source[Symbol.asyncIterator]()
  let pending = settle(iterator.next())
  try {
    for (;;) {
      const settled = await settledWithin(pending, everyMs)
      if (settled === 'heartbeat') {
        yield 'heartbeat'
        continue
      }
      if (settled.kind === 'failure') throw settled.error
      if (settled.result.done === true) return
      yield settled.result.value
      pending = settle(iterator.next())
    }
  } finally {
    await iterator.return?.()
  }
}
