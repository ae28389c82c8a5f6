import assert from 'node:assert/strict'
import { test } from 'node:test'
import { at, sampleTask, start } from '../../test/cli/sample-run.ts'
import { ProgressLines } from './progress-lines.ts'

test('a line when a task starts, is tried again, and ends; none when nothing changed', () => {
  const progress = new ProgressLines()
  const task = sampleTask('a', { title: 'Build\u001b[2J it' })
  assert.deepEqual(progress.next([task], 0), [])
  const started = { ...task, state: 'running', attempts: 1 } as const
  assert.deepEqual(progress.next([started], 10), ['started    Build it'])
  assert.deepEqual(progress.next([started], 20), [])
  assert.deepEqual(progress.next([{ ...started, attempts: 2 }], 30), [
    'no result  Build it (try 1), tried again',
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

test('a failed try is told with its reason while the task waits for the next, once', () => {
  const progress = new ProgressLines()
  const started = sampleTask('a', { state: 'running', attempts: 1 })
  progress.next([started], start)
  // The event comes first, the reason with the snapshot.
  assert.deepEqual(progress.next([{ ...started, state: 'waiting' }], start), [])
  const waiting = {
    ...started,
    state: 'waiting',
    wait: { reason: 'retry', subject: '', since: at(0), frees: at(2000) },
    error: { code: 'model_failed', message: 'HTTP 500' },
  } as const
  const line = 'failed     Title of a (try 1), again in 2.0 s: HTTP 500 (model_failed)'
  assert.deepEqual(progress.next([waiting], start), [line])
  assert.deepEqual(progress.next([waiting], start + 900), [])
  // Two tries ended between two looks: the one in between is told without its reason.
  assert.deepEqual(progress.next([{ ...started, state: 'succeeded', attempts: 3 }], start), [
    'no result  Title of a (try 2), tried again',
    'succeeded  Title of a (try 3)',
  ])
})

test('a wait for a budget is told once, and again when its end moves on', () => {
  const progress = new ProgressLines()
  const waits = (frees: string | null, reason: 'budget' | 'lane' = 'budget') =>
    ['a', 'b'].map((id) => {
      const wait = { reason, subject: 'budget:all:day:requests', since: at(0), frees }
      return sampleTask(id, { state: 'ready', wait })
    })
  assert.deepEqual(progress.next(waits(at(60_000), 'lane'), start), [])
  assert.deepEqual(progress.next(waits(at(1000)), start), [], 'over in a moment')
  const line = 'waiting    2 wait for budget (budget:all:day:requests), until 2026-01-02'
  assert.deepEqual(progress.next(waits(at(55_000)), start), [
    `${line}T03:05:00Z at the latest (in 55.0 s)`,
  ])
  assert.deepEqual(progress.next(waits(at(56_000)), start + 1000), [])
  assert.deepEqual(progress.next(waits(at(7_255_000)), start + 1000), [
    `${line}T05:05:00Z at the latest (in 2 h 01 min)`,
  ])
  assert.deepEqual(progress.next(waits(null), start + 1000), [
    'waiting    2 wait for budget (budget:all:day:requests)',
  ])
  assert.deepEqual(progress.next(waits(null), start + 2000), [])
})

test('a try that gave its place back to wait for a budget is not told as one without result', () => {
  const progress = new ProgressLines()
  const started = sampleTask('a', { state: 'running', attempts: 1 })
  progress.next([started], start)
  const wait = { reason: 'budget', subject: 'x', since: at(0), frees: at(5000) } as const
  assert.deepEqual(progress.next([{ ...started, state: 'ready', wait }], start), [
    'waiting    1 waits for budget (x), until 2026-01-02T03:04:10Z at the latest (in 5.0 s)',
  ])
  assert.deepEqual(progress.next([{ ...started, attempts: 2 }], start), [
    'started    Title of a (try 2)',
  ])
})

test('tries from before a rerun are not told', () => {
  const progress = new ProgressLines()
  progress.next([sampleTask('a', { state: 'ready', attempts: 3 })], 0)
  const started = sampleTask('a', { state: 'running', attempts: 4 })
  assert.deepEqual(progress.next([started], 10), ['started    Title of a (try 4)'])
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
