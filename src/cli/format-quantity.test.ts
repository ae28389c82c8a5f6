import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatCost, formatCount, formatDuration } from './format-quantity.ts'

test('durations are said in the unit people would use', () => {
  assert.equal(formatDuration(-5), '0.0 s')
  assert.equal(formatDuration(440), '0.4 s')
  assert.equal(formatDuration(99_949), '99.9 s')
  assert.equal(formatDuration(99_950), '1 min 40 s')
  assert.equal(formatDuration(185_000), '3 min 05 s')
  assert.equal(formatDuration(119_600), '2 min 00 s')
  assert.equal(formatDuration(2 * 3_600_000 + 7 * 60_000), '2 h 07 min')
})

test('counts and costs read as sentences do', () => {
  assert.equal(formatCount(1, 'task'), '1 task')
  assert.equal(formatCount(1200, 'task'), '1,200 tasks')
  assert.equal(formatCount(2, 'dependency', 'dependencies'), '2 dependencies')
  assert.equal(
    formatCost({ usd: 0.0213, input_tokens: 12_300, zero: 0 }),
    '12,300 input_tokens, 0.0213 usd',
  )
  assert.equal(formatCost({}), 'nothing')
})
