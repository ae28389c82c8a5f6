import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inDependencyOrder } from './in-dependency-order.ts'

const ids = (tasks: readonly { taskId: string; dependsOn: string[] }[]) =>
  inDependencyOrder(tasks).map((task) => task.taskId)

test('dependencies come first, equals by id, whatever the order given', () => {
  const tasks = [
    { taskId: 'a', dependsOn: ['z', 'b'] },
    { taskId: 'z', dependsOn: ['y', 'absent'] },
    { taskId: 'b', dependsOn: ['y'] },
    { taskId: 'y', dependsOn: [] },
  ]
  assert.deepEqual(ids(tasks), ['y', 'b', 'z', 'a'])
  assert.deepEqual(ids(tasks.toReversed()), ['y', 'b', 'z', 'a'])
})

test('a chain of 20,000 and even a cycle come out once each', () => {
  const name = (index: number) => String(index).padStart(5, '0')
  const chain = Array.from({ length: 20_000 }, (_, index) => ({
    taskId: name(index),
    dependsOn: index + 1 < 20_000 ? [name(index + 1)] : [],
  }))
  assert.deepEqual(ids(chain), chain.map((task) => task.taskId).toReversed())
  const cycle = [
    { taskId: 'a', dependsOn: ['b'] },
    { taskId: 'b', dependsOn: ['a'] },
  ]
  assert.deepEqual(ids(cycle).toSorted(), ['a', 'b'])
})
