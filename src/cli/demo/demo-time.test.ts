import assert from 'node:assert/strict'
import { test } from 'node:test'
import { longTime, shortTime } from './demo-time.ts'

test('simulated time is told in hours where there are any, real time in tenths of seconds', () => {
  assert.deepEqual([0, 59_999, 61_000, 3_723_400].map(longTime), [
    '00 min 00 s',
    '00 min 59 s',
    '01 min 01 s',
    '1 h 02 min 03 s',
  ])
  assert.equal(shortTime(12_340), '12.3 s')
})
