import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../shared/index.ts'
import type { NewRun, NewTask } from './engine-types.ts'
import { prepareTasks } from './prepare-tasks.ts'

const taskOf = (key: string, payload: JsonObject = {}, ...dependsOn: string[]): NewTask => ({
  ...{ key, title: key, type: 'general', agent: 'any', payload, dependsOn },
  ...{ priority: 'medium', complexity: 'medium', lanes: [], timeoutMs: 1000, maxRetries: 0 },
})

const runOf = (tasks: readonly NewTask[]): NewRun => ({
  ...{ kind: 'split', title: 'a run', agent: 'any', slots: 1, ageingMs: 1000, input: {}, tasks },
  ...{ lanes: [], closing: null, simulated: false, binding: null, idempotency: null },
  ...{ parentRun: null, repository: null, user: null },
})

test('a dependency that is named twice is one edge, by ordinal', async () => {
  const tasks = [taskOf('a', {}, 'b', 'c', 'b'), taskOf('b'), taskOf('c')]
  const { edges, chunks } = await prepareTasks('r', runOf(tasks))
  assert.deepEqual(edges, { needed: [2, 3], needing: [1, 1] })
  const [first] = JSON.parse(chunks[0] ?? '')
  assert.deepEqual([first.pending, first.needs, first.spec.dependsOn], [2, ['b', 'c'], ['b', 'c']])
})

test('a dependency that is not there is refused before anything is stored', async () => {
  await assert.rejects(prepareTasks('r', runOf([taskOf('a', {}, 'b')])), { code: 'internal' })
})

test('no piece has more than a thousand tasks', async () => {
  const tasks = Array.from({ length: 2500 }, (_, n) => taskOf(`t${n}`))
  const { chunks } = await prepareTasks('r', runOf(tasks))
  assert.deepEqual(
    chunks.map((chunk) => JSON.parse(chunk).length),
    [1000, 1000, 500],
  )
})

test('no piece is much larger than a task and four megabytes', async () => {
  const text = 'ü'.repeat(700_000)
  const tasks = Array.from({ length: 5 }, (_, n) => taskOf(`t${n}`, { text }))
  const { chunks } = await prepareTasks('r', runOf(tasks))
  assert.deepEqual(
    chunks.map((chunk) => JSON.parse(chunk).length),
    [2, 2, 1],
  )
})

test('a run that would store more than a database should take at once is refused', async () => {
  const text = 'x'.repeat(1_000_000)
  const tasks = Array.from({ length: 260 }, (_, n) => taskOf(`t${n}`, { text }))
  const message = /250000000 bytes/
  await assert.rejects(prepareTasks('r', runOf(tasks)), { code: 'input_too_large', message })
})
