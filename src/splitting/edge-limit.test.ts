import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '../shared/index.ts'
import { checkGraph } from './check-graph.ts'
import { mostEdges } from './edge-limit.ts'
import { splitWorkflow } from './split-workflow.ts'

/** Each depends on all before it: n × (n − 1) ÷ 2 pairs. */
const dense = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: `n${n}`,
    dependsOn: Array.from({ length: n }, (_, needed) => `n${needed}`),
  }))

test('a run may have twenty dependencies a task, and a small one more', () => {
  assert.deepEqual([1, 1000, 10_000].map(mostEdges), [100_000, 100_000, 200_000])
})

test('workloads with more dependencies than that are refused, with the figure', () => {
  checkGraph(dense(447))
  const message = /more than 100,000 pairs of tasks, the limit for 448 tasks/
  assert.throws(() => checkGraph(dense(448)), { code: 'input_too_large', message })
})

test('a dependency that is named a thousand times counts once', () => {
  const many = Array.from({ length: 1000 }, () => 'b')
  const waiting = Array.from({ length: 200 }, (_, n) => ({ id: `a${n}`, dependsOn: many }))
  checkGraph([...waiting, { id: 'b', dependsOn: [] }])
})

test('a workflow may name a dependency twice', () => {
  const limits = { maxBytes: 10_000_000, maxTasks: 10_000 }
  const nodes: Json = [
    { id: 'a', type: 'agent', dependsOn: ['b', 'b', ' b '], dependencies: ['b'], config: {} },
    { id: 'b', type: 'agent', config: {} },
  ]
  const { tasks } = splitWorkflow({ nodes }, { limits })
  assert.deepEqual(tasks.map(({ id, dependsOn }) => [id, dependsOn]).sort(), [
    ['a', ['b']],
    ['b', []],
  ])
})

test('a section of thousands of tasks that is named thousands of times is gone through once', () => {
  const limits = { maxBytes: 10_000_000, maxTasks: 100_000 }
  const named = Array.from({ length: 50_000 }, () => 'large')
  const tasks = Array.from({ length: 20_000 }, (_, n) => `t${n}`)
  const nodes: Json = [
    { id: 'large', type: 'parallel', config: { tasks } },
    { id: 'after', type: 'agent', dependsOn: named, config: {} },
  ]
  const plan = splitWorkflow({ nodes }, { limits })
  assert.equal(plan.tasks.find(({ id }) => id === 'after')?.dependsOn.length, 20_000)
})
