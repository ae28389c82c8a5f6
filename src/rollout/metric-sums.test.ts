import assert from 'node:assert/strict'
import { test } from 'node:test'
import { effectiveCount, type MetricSums, noSums } from './metric-sums.ts'

/** The sums of groups of values. */
function sumsOf(groups: readonly (readonly number[])[]): MetricSums {
  const add = (total: MetricSums, group: readonly number[]): MetricSums => {
    const sum = group.reduce((a, b) => a + b, 0)
    return {
      n: total.n + group.length,
      sum: total.sum + sum,
      squares: total.squares + group.reduce((a, b) => a + b * b, 0),
      groups: total.groups + 1,
      sizeSquares: total.sizeSquares + group.length ** 2,
      sizeTimesSum: total.sizeTimesSum + group.length * sum,
      sumSquares: total.sumSquares + sum * sum,
    }
  }
  return groups.reduce(add, noSums)
}

test('values on their own count in full', () => {
  assert.equal(effectiveCount(sumsOf([[1], [0], [1]])), 3)
  assert.equal(effectiveCount(noSums), 0)
})

test('groups that succeed or fail as a whole count as one value each, or fewer', () => {
  const whole = sumsOf([
    [1, 1, 1, 1],
    [0, 0, 0, 0],
    [1, 1, 1, 1],
    [1, 1, 1, 1],
  ])
  assert.equal(effectiveCount(whole), 3)
})

test('groups as mixed as the whole count in full', () => {
  const mixed = sumsOf([
    [1, 0, 1, 0],
    [1, 1, 0, 0],
    [0, 1, 0, 1],
  ])
  assert.equal(effectiveCount(mixed), 12)
})

test('values that are all the same count by group: nobody knows how alike the groups are', () => {
  const same = [
    [1, 1, 1],
    [1, 1, 1],
  ]
  assert.equal(effectiveCount(sumsOf(same)), 2)
})
