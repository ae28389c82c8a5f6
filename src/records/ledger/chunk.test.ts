import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Chunk } from './chunk.ts'

const account = { id: 'a', unit: 'usd', limit: 1, perMinute: null, periodEnd: null }

/** A chunk of which a reservation of `size` was made each `everyMs`, for a second. */
function usedAt(size: number, everyMs: number): Chunk {
  const chunk = new Chunk(account, 0)
  for (let now = everyMs; now <= 1000; now += everyMs) {
    chunk.use(size, now)
    chunk.measureAhead(now)
  }
  return chunk
}

test('nothing is leased ahead of calls that come now and then', () => {
  assert.equal(usedAt(10, 1000).measureAhead(1000), 0)
})

test('many calls lease about half a second ahead, and less when they cease', () => {
  const chunk = usedAt(10, 5)
  const busy = chunk.measureAhead(1000)
  assert.ok(busy > 800 && busy <= 1000, `${busy} ahead of 2,000 a second`)
  for (let now = 1100; now <= 2000; now += 100) chunk.measureAhead(now)
  assert.equal(chunk.measureAhead(2000), 0)
})

test('a chunk that cannot grow is not asked for at every call', () => {
  const chunk = usedAt(10, 5)
  chunk.idle = 10
  const asked = Array.from({ length: 100 }, (_, n) => chunk.shouldRefill(1000 + n)).filter(Boolean)
  assert.equal(asked.length, 1)
})

test('what is configured anew must be asked for, what is configured alike not', () => {
  const chunk = new Chunk(account, 0)
  chunk.mustAsk = false
  chunk.idle = 5
  chunk.configure({ ...account })
  assert.ok(chunk.covers(5) && !chunk.covers(6))
  chunk.configure({ ...account, limit: 2 })
  assert.ok(!chunk.covers(5))
})
