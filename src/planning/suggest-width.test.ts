import assert from 'node:assert/strict'
import { test } from 'node:test'
import { layerSizes, suggestWidth, type WidthFacts, widestLayer } from './suggest-width.ts'

const facts: WidthFacts = {
  independent: 50,
  slots: 10,
  lanePlaces: 100,
  requestsPerMinute: null,
  latencyMs: 2000,
  affordable: null,
}

const of = (changes: Partial<WidthFacts>) => {
  const { width, binding } = suggestWidth({ ...facts, ...changes })
  return [width, binding.limit]
}

test('the tightest limit binds, and is named', () => {
  assert.deepEqual(of({}), [10, 'slots'])
  assert.deepEqual(of({ independent: 3 }), [3, 'workloads'])
  assert.deepEqual(of({ lanePlaces: 4 }), [4, 'lane'])
  // 120 a minute are two a second: four begin while one of two seconds runs.
  assert.deepEqual(of({ requestsPerMinute: 120 }), [4, 'rate'])
  assert.deepEqual(of({ affordable: { calls: 7, reason: 'seven' } }), [7, 'budget'])
})

test('nothing is ever planned with no width at all', () => {
  assert.deepEqual(of({ affordable: { calls: 0, reason: 'none' } }), [1, 'budget'])
  assert.deepEqual(of({ lanePlaces: 0 }), [1, 'lane'])
})

test('layers go by dependencies, whatever the order of the tasks', () => {
  const task = (id: string, ...dependsOn: string[]) => ({ id, dependsOn })
  const tasks = [task('d', 'b', 'c'), task('b', 'a'), task('c', 'a', 'a'), task('a'), task('e')]
  assert.deepEqual(layerSizes(tasks), [2, 2, 1])
  assert.equal(widestLayer(tasks), 2)
  assert.equal(widestLayer([]), 0)
})
