import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rateEfficiency } from './rate-efficiency.ts'

test('an efficiency is rated by its threshold', () => {
  const rated = [1, 0.8, 0.799, 0.6, 0.599, 0.4, 0.399, 0].map(rateEfficiency)
  const words = ['excellent', 'excellent', 'good', 'good', 'fair', 'fair', 'poor', 'poor']
  assert.deepEqual(rated, words)
  assert.equal(rateEfficiency(null), 'unknown')
  assert.equal(rateEfficiency(Number.NaN), 'unknown')
})
