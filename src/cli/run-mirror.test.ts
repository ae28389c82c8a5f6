import assert from 'node:assert/strict'
import { test } from 'node:test'
import { at, sampleRun, sampleTask } from '../../test/cli/sample-run.ts'
import { RunMirror } from './run-mirror.ts'

const wait = { reason: 'slots', subject: 'run', since: at(0), frees: null } as const

test('events move tasks on between two snapshots, each once', () => {
  const tasks = [sampleTask('a', { state: 'ready', wait }), sampleTask('b')]
  const mirror = new RunMirror({ seq: 4, run: sampleRun(tasks), tasks }, 0)
  const started = {
    seq: 5,
    at: at(100),
    run: 'running',
    changes: [{ task: 'a', state: 'running', attempt: 1 }],
  } as const
  mirror.apply({ ...started, changes: [...started.changes] })
  mirror.apply({ ...started, at: at(900), changes: [...started.changes] })
  const [first, second] = mirror.watched.tasks
  assert.equal(mirror.seq, 5)
  assert.equal(first?.state, 'running')
  assert.equal(first?.startedAt, at(100))
  assert.equal(first?.wait, null)
  assert.equal(second?.state, 'waiting')
  mirror.apply({
    seq: 6,
    at: at(300),
    run: 'failed',
    changes: [{ task: 'a', state: 'failed', attempt: 1 }],
  })
  assert.equal(mirror.watched.run.state, 'failed')
  assert.equal(mirror.watched.tasks[0]?.finishedAt, at(300))
  assert.equal(mirror.watched.tasks[0]?.durationMs, 200)
})

test('a snapshot older than what is known is left aside', () => {
  const old = [sampleTask('a')]
  const mirror = new RunMirror({ seq: 1, run: sampleRun(old), tasks: old }, 0)
  mirror.apply({
    seq: 2,
    at: at(1),
    run: 'running',
    changes: [{ task: 'a', state: 'running', attempt: 1 }],
  })
  mirror.replace({ seq: 1, run: sampleRun(old), tasks: old }, 0)
  assert.equal(mirror.watched.tasks[0]?.state, 'running')
  const newer = [sampleTask('a', { state: 'succeeded' })]
  mirror.replace({ seq: 3, run: sampleRun(newer), tasks: newer }, 0)
  assert.equal(mirror.watched.tasks[0]?.state, 'succeeded')
})
