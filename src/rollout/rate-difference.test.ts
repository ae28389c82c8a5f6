import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differenceEvidence, differenceInterval } from './rate-difference.ts'

const pair = (control: readonly [number, number], candidate: readonly [number, number]) => ({
  control: { successes: control[0], trials: control[1] },
  candidate: { successes: candidate[0], trials: candidate[1] },
})

test('nothing seen, nothing ruled out', () => {
  assert.deepEqual(differenceInterval(pair([0, 0], [5, 5]), 0.05), { lower: -1, upper: 1 })
  assert.ok(Math.abs(differenceEvidence(pair([0, 0], [0, 0]), 0.1)) < 1e-9)
})

test('the mean of the e-value is 1 under the null: it is a martingale', () => {
  // All outcomes of 12 and 9 trials, weighted by their probability: no simulation, no tolerance for luck.
  const chance = (k: number, n: number, p: number) => {
    let ways = 1
    for (let i = 0; i < k; i += 1) ways = (ways * (n - i)) / (i + 1)
    return ways * p ** k * (1 - p) ** (n - k)
  }
  let mean = 0
  for (let a = 0; a <= 12; a += 1) {
    for (let b = 0; b <= 9; b += 1) {
      const evidence = differenceEvidence(pair([a, 12], [b, 9]), -0.1)
      mean += chance(a, 12, 0.9) * chance(b, 9, 0.8) * Math.exp(evidence)
    }
  }
  // The best-fitting null takes some away; it can add nothing.
  assert.ok(mean <= 1 && mean > 0.1, `${mean}`)
})

test('the interval holds what was observed and ends where the evidence does', () => {
  const data = pair([930, 1000], [180, 200])
  const { lower, upper } = differenceInterval(data, 0.01)
  assert.ok(lower < -0.03 && upper > -0.03)
  for (const end of [lower, upper]) {
    assert.ok(Math.abs(differenceEvidence(data, end) - Math.log(100)) < 0.01)
  }
})

test('it narrows as data come, and is wider at a smaller alpha', () => {
  const width = (size: number, alpha: number) => {
    const found = differenceInterval(pair([0.9 * size, size], [0.9 * size, size]), alpha)
    return found.upper - found.lower
  }
  assert.ok(width(10_000, 0.05) < width(1000, 0.05) / 2.5)
  assert.ok(width(1000, 0.001) > width(1000, 0.05))
})

test('extremes have finite answers', () => {
  for (const data of [pair([0, 50], [50, 50]), pair([50, 50], [0, 50]), pair([50, 50], [50, 50])]) {
    const { lower, upper } = differenceInterval(data, 0.01)
    assert.ok(lower >= -1 && upper <= 1 && lower <= upper)
  }
  assert.ok(differenceInterval(pair([0, 50], [50, 50]), 0.01).lower > 0.5)
  const huge = differenceInterval(pair([9.5e8, 1e9], [9.4e8, 1e9]), 0.01)
  assert.ok(Math.abs(huge.upper + 0.01) < 1e-3 && huge.upper < 0)
})
