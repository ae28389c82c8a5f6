import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { shareFairly } from './share-fairly.ts'

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

describe('shareFairly', () => {
  it('gives the small all they want and the large equal parts', () => {
    assert.deepEqual(shareFairly([10, 500, 900], 410), [10, 200, 200])
    assert.deepEqual(shareFairly([900, 10, 500], 5000), [900, 10, 500])
    assert.deepEqual(shareFairly([], 10), [])
    assert.deepEqual(shareFairly([5, 5], -1), [0, 0])
  })

  it('keeps the budget, gives nobody too much, and cuts nobody below another', () => {
    const wants = fc.array(fc.nat(10_000), { maxLength: 40 })
    fc.assert(
      fc.property(wants, fc.nat(50_000), (wanted, budget) => {
        const shares = shareFairly(wanted, budget)
        assert.ok(sum(shares) <= budget)
        assert.ok(sum(shares) >= Math.min(sum(wanted), budget - wanted.length))
        for (const [index, share] of shares.entries()) {
          const want = wanted[index] ?? 0
          assert.ok(share <= want)
          if (share < want) assert.ok(shares.every((other) => other <= share + 1))
        }
      }),
    )
  })
})
