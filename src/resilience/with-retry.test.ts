import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../shared/index.ts'
import { withRetry } from './with-retry.ts'

const lost = () => Object.assign(new Error('lost'), { code: 'ECONNRESET' })

/** A clock whose sleeps end at once and are written down. */
function quickClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = []
  return {
    slept,
    now: () => 0,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      slept.push(ms)
    },
  }
}

test('connection errors are retried with growing pauses until the call succeeds', async () => {
  const clock = quickClock()
  const seen: number[] = []
  const result = await withRetry(
    async (attempt) => {
      if (attempt < 9) throw lost()
      return attempt
    },
    {
      signal: new AbortController().signal,
      clock,
      random: () => 0.999_999,
      onRetry: (error, attempt) => {
        assert.match(String(error), /lost/)
        seen.push(attempt)
      },
    },
  )
  assert.equal(result, 9)
  assert.deepEqual(seen, [1, 2, 3, 4, 5, 6, 7, 8])
  assert.deepEqual(clock.slept, [49, 99, 199, 399, 799, 1599, 1999, 1999])
})

test('other errors end it at once, and so does the number of retries', async () => {
  const signal = new AbortController().signal
  const calls = { plain: 0, limited: 0 }
  await assert.rejects(
    withRetry(
      async () => {
        calls.plain++
        throw new Error('for good')
      },
      { signal, clock: quickClock() },
    ),
    /for good/,
  )
  await assert.rejects(
    withRetry(
      async () => {
        calls.limited++
        throw lost()
      },
      { signal, clock: quickClock(), retries: 2 },
    ),
    /lost/,
  )
  assert.deepEqual(calls, { plain: 1, limited: 3 })
})

test('an abort ends the pause', async () => {
  const controller = new AbortController()
  const hung = withRetry(() => Promise.reject(lost()), {
    signal: controller.signal,
    initialMs: 3_600_000,
    maxMs: 3_600_000,
    random: () => 0.5,
    onRetry: () => setImmediate(() => controller.abort()),
  })
  await assert.rejects(hung, { name: 'AbortError' })
})

test('an aborted signal lets nothing begin', async () => {
  const begun: number[] = []
  const call = withRetry(async (attempt) => begun.push(attempt), { signal: AbortSignal.abort() })
  await assert.rejects(call, { name: 'AbortError' })
  assert.deepEqual(begun, [])
})
