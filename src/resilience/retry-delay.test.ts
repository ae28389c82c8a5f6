import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { retryDelayMs } from './retry-delay.ts'

const almostOne = () => 0.999_999

test('the longest delay doubles from one second to a minute', () => {
  const ceilings = [1, 2, 3, 6, 7, 50].map((attempt) =>
    retryDelayMs(attempt, { random: almostOne }),
  )
  assert.deepEqual(ceilings, [999, 1999, 3999, 31_999, 59_999, 59_999])
  assert.equal(retryDelayMs(9, { random: () => 0 }), 0)
})

test('what the other side asked for is a lower bound, an hour the upper one', () => {
  assert.equal(retryDelayMs(1, { random: () => 0, retryAfterMs: 5000 }), 5000)
  assert.equal(retryDelayMs(1, { random: almostOne, retryAfterMs: 86_400_000 }), 3_600_000)
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2000 }),
      fc.integer({ min: 0, max: 3_600_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, retryAfterMs, number) => {
        const delay = retryDelayMs(attempt, { random: () => number, retryAfterMs })
        assert.ok(Number.isSafeInteger(delay))
        assert.ok(delay >= retryAfterMs && delay <= Math.min(3_600_000, retryAfterMs + 1000))
      },
    ),
  )
})
