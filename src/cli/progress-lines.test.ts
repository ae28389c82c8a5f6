import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleTask } from '../../test/cli/sample-run.ts'
import { ProgressLines } from './progress-lines.ts'

test('a line when a task starts, is tried again, and ends; none when nothing changed', () => {
  const progress = new ProgressLines()
  const task = sampleTask('a', { title: 'Build\u001b[2J it' })
  assert.deepEqual(progress.next([task], 0), [])
  const started = { ...task, state: 'running', attempts: 1 } as const
  assert.deepEqual(progress.next([started], 10), ['started    Build it'])
  assert.deepEqual(progress.next([started], 20), [])
  assert.deepEqual(progress.next([{ ...started, attempts: 2 }], 30), [
    'started    Build it (try 2)',
  ])
  assert.deepEqual(progress.next([{ ...started, attempts: 2, state: 'failed' }], 35), [])
  const failed = {
    ...started,
    attempts: 2,
    state: 'failed',
    durationMs: 420,
    error: { code: 'agent_failed', message: 'exit 3\nof sh' },
  } as const
  assert.deepEqual(progress.next([failed], 40), [
    'failed     Build it in 0.4 s: exit 3 of sh (agent_failed)',
  ])
  assert.deepEqual(progress.end([failed]), [])
})

test('what was known before is not told again', () => {
  const progress = new ProgressLines()
  const done = sampleTask('a', { state: 'succeeded', attempts: 1 })
  progress.know([done])
  assert.deepEqual(progress.next([done, sampleTask('b', { state: 'running', attempts: 1 })], 0), [
    'started    Title of b',
  ])
})

test('a flood of changes is summed up, failures are always listed', () => {
  const progress = new ProgressLines()
  const tasks = Array.from({ length: 500 }, (_, index) =>
    index === 499
      ? sampleTask(`t${index}`, { state: 'failed', error: { code: 'agent_failed', message: 'no' } })
      : sampleTask(`t${index}`, { state: 'succeeded' }),
  )
  const lines = progress.next(tasks, 0)
  assert.equal(lines.length, 51)
  assert.match(lines.at(-1) ?? '', /^failed {5}Title of t499/)
  assert.deepEqual(progress.next(tasks, 1000), [
    'progress   499 of 500 succeeded, 0 running, 1 failed (449 changes not listed)',
  ])
  assert.deepEqual(progress.end(tasks), [])
})
