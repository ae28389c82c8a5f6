import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type PlannedWidth, replanWidth } from './replan-width.ts'

const follow = (plans: readonly number[]): readonly number[] => {
  let now: PlannedWidth | null = null
  return plans.map((slots) => {
    now = replanWidth(now, { slots })
    return now.slots
  })
}

test('down at once, up when three plans in a row allow it', () => {
  assert.deepEqual(follow([10, 4, 8, 9, 7, 7]), [10, 4, 4, 4, 7, 7])
})

test('what goes up and down stays down', () => {
  assert.deepEqual(follow([10, 20, 10, 20, 10, 20]), [10, 10, 10, 10, 10, 10])
})

test('a run that stands still goes on as soon as it can', () => {
  assert.deepEqual(follow([5, 0, 6]), [5, 0, 6])
})

test('it is never above the newest plan, and follows a steady one within five', () => {
  const plans = fc.array(fc.nat(100), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(plans, fc.nat(100), (moving, steady) => {
      const all = [...moving, steady, steady, steady]
      const slots = follow(all)
      assert.ok(slots.every((count, index) => count <= (all[index] ?? 0)))
      assert.equal(follow([...all, steady, steady]).at(-1), steady)
    }),
  )
})
