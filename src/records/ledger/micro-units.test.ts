import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitInMicros, toMicros } from './micro-units.ts'

test('amounts become whole micro-units, rounded up but not for the noise of doubles', () => {
  const cases = [
    [0, 0],
    [0.1, 100_000],
    [0.1 + 0.2, 300_000],
    [0.0000011, 2],
    [0.00000001, 1],
    [9_000_000_000, 9e15],
  ] as const
  for (const [amount, micros] of cases) assert.equal(toMicros(amount, 'usd'), micros)
})

test('what is no amount, or too large to be exact, is refused', () => {
  for (const amount of [Number.NaN, -0.1, Number.POSITIVE_INFINITY, 9.1e9]) {
    assert.throws(() => toMicros(amount, 'usd'), { code: 'input_invalid' })
  }
})

test('limits are rounded down and may be larger', () => {
  assert.equal(limitInMicros(0.0000019, 'a'), '1')
  assert.equal(limitInMicros(1e12, 'a'), '1000000000000000000')
  for (const limit of [Number.NaN, -1, 1e13]) {
    assert.throws(() => limitInMicros(limit, 'a'), { code: 'input_invalid' })
  }
})
