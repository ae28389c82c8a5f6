import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { batchParents, countParents, type ParentBatch } from './batch-parents.ts'

const depthOf = (batch: ParentBatch): number =>
  1 + Math.max(0, ...batch.batches.map((one) => depthOf(one)))
const leavesOf = (batch: ParentBatch): readonly ParentBatch[] =>
  batch.batches.length === 0 ? [batch] : batch.batches.flatMap(leavesOf)

test('up to 100 go under the parent itself, 250 under three more', () => {
  assert.deepEqual(batchParents(100), { first: 0, count: 100, batches: [] })
  const batch = batchParents(250)
  assert.deepEqual(
    batch.batches.map(({ first, count }) => [first, count]),
    [
      [0, 83],
      [83, 83],
      [166, 84],
    ],
  )
  assert.equal(countParents(batch), 3)
})

test('10,001 need a level more', () => {
  assert.equal(depthOf(batchParents(10_000)), 2)
  assert.equal(depthOf(batchParents(10_001)), 3)
})

test('what the parent has already takes room', () => {
  assert.equal(batchParents(5, { taken: 95 }).batches.length, 0)
  assert.equal(countParents(batchParents(6, { taken: 95 })), 1)
})

test('what does not fit is refused', () => {
  const refused = { code: 'input_invalid' }
  assert.throws(() => batchParents(-1), refused)
  assert.throws(() => batchParents(1.5), refused)
  assert.throws(() => batchParents(1, { taken: 100 }), refused)
  assert.throws(() => batchParents(1, { above: 8 }), refused)
  assert.throws(() => batchParents(101, { above: 7 }), refused)
  assert.equal(depthOf(batchParents(100, { above: 7 })), 1)
})

test('every task stands once, in order, at most 100 to a parent and 8 levels deep', () => {
  const options = fc.record({ taken: fc.nat(99), above: fc.nat(5) })
  fc.assert(
    fc.property(fc.nat(9000), options, (count, { taken, above }) => {
      const batch = batchParents(count, { taken, above })
      let next = 0
      for (const leaf of leavesOf(batch)) {
        assert.equal(leaf.first, next)
        next += leaf.count
        assert.ok(leaf.count <= 100)
      }
      assert.equal(next, count)
      const direct = batch.batches.length === 0 ? count : batch.batches.length
      assert.ok(direct <= 100 - taken)
      assert.ok(depthOf(batch) + above <= 8)
    }),
  )
})
