import assert from 'node:assert/strict'
import { test } from 'node:test'
import { estimateTime } from './estimate-time.ts'

const task = (id: string, ms: number, ...dependsOn: string[]) => ({ id, ms, dependsOn })

test('what runs side by side takes as long as the longest', () => {
  const tasks = [task('a', 2000), task('b', 1500), task('c', 1800), task('d', 1000)]
  assert.equal(estimateTime(tasks, 4), 2000)
  assert.equal(estimateTime(tasks, 100), 2000)
  // a and b begin; c follows b at 1.5 s, d follows a at 2 s.
  assert.equal(estimateTime(tasks, 2), 3300)
  assert.equal(estimateTime(tasks, 1), 6300)
  assert.equal(estimateTime([], 4), 0)
})

test('a chain takes the sum of its parts, whatever the order they come in', () => {
  const tasks = [task('c', 300, 'b', 'b'), task('x', 100), task('b', 200, 'a'), task('a', 100)]
  assert.equal(estimateTime(tasks, 10), 600)
  assert.equal(estimateTime(tasks, 1), 700)
})

test('ten thousand tasks are no trouble', () => {
  const tasks = Array.from({ length: 10_000 }, (_, index) => task(`t${index}`, 1000))
  assert.equal(estimateTime(tasks, 10_000), 1000)
  assert.equal(estimateTime(tasks, 10), 1_000_000)
})
