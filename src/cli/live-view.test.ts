import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { at, sampleRun, sampleTask, start } from '../../test/cli/sample-run.ts'
import type { Task } from '../contracts/index.ts'
import { liveView } from './live-view.ts'
import { displayWidth } from './terminal-text.ts'

const screen = { width: 80, height: 24, colour: false, now: start + 3000 }
// The sample run's wall time was read then: it shows 3.0 s.
const asOf = start + 2000

function running(id: string, startedMs: number): Task {
  return sampleTask(id, { state: 'running', attempts: 1, startedAt: at(startedMs) })
}

function waiting(id: string, reason: 'slots' | 'dependency' | 'retry', subject: string): Task {
  const frees = reason === 'retry' ? at(5000) : null
  return sampleTask(id, { state: 'ready', wait: { reason, subject, since: at(0), frees } })
}

test('a frame shows bar, running tasks with elapsed time, waits by reason, and the limit', () => {
  const tasks = [
    sampleTask('done', { state: 'succeeded' }),
    running('b', 1000),
    running('a', 500),
    waiting('w1', 'slots', 'run uses 2 of 2'),
    waiting('w2', 'slots', 'run uses 2 of 2'),
    waiting('w3', 'retry', 'model failed'),
  ]
  const run = sampleRun(tasks, {
    simulated: true,
    limit: { reason: 'slots', subject: 'run uses 2 of 2', tasks: 2 },
  })
  assert.deepEqual(liveView({ run, tasks, asOf }, { ...screen, width: 60 }), [
    '[SIMULATED] Shop  run r123456789ab',
    '[=====>                              ]  16%  1/6 done  3.0 s',
    '  Title of a                                           2.5 s',
    '  Title of b                                           2.0 s',
    '  2 wait for slots (run uses 2 of 2)',
    '  1 waits to be tried again, next in 2.0 s (model failed)',
    'Limit now  slots: run uses 2 of 2 (holds back 2 tasks)',
  ])
})

test('the clock of a run begun again does not count the time when it was at rest', () => {
  const hour = 3_600_000
  const run = sampleRun([], { wallTimeMs: 2000 })
  const again = { ...screen, now: start + hour + 500 }
  assert.match(liveView({ run, tasks: [], asOf: start + hour }, again)[1] ?? '', / {2}2\.5 s$/)
  const ended = { ...run, finishedAt: at(hour) }
  assert.match(liveView({ run: ended, tasks: [], asOf: start }, again)[1] ?? '', / {2}2\.0 s$/)
})

test('more running tasks than lines are counted', () => {
  const tasks = Array.from({ length: 50 }, (_, index) => running(`t${index}`, index))
  const frame = liveView({ run: sampleRun(tasks), tasks, asOf }, { ...screen, height: 10 })
  assert.equal(frame.length, 10)
  assert.equal(frame.at(-1), '  +43 more running')
})

test('many different subjects under one reason make one line', () => {
  const tasks = ['a', 'b', 'c', 'd'].map((id) => waiting(id, 'dependency', `task-${id}`))
  const frame = liveView({ run: sampleRun(tasks), tasks, asOf }, screen)
  assert.equal(frame[2], '  4 wait for other tasks (task-a; task-b; +2 more)')
})

test('a cancelled run says that it is stopping, a run that ended is full', () => {
  const tasks = [sampleTask('a', { state: 'succeeded' }), sampleTask('b', { state: 'failed' })]
  const frame = liveView({ run: sampleRun(tasks, { cancelRequested: true }), tasks, asOf }, screen)
  assert.match(frame[0] ?? '', /^cancelling {2}Shop/)
  assert.match(frame[1] ?? '', /^\[=+\] 100% {2}1\/2 done, 1 failed/)
})

test('titles with escapes, emoji and wide characters keep the frame within the screen', () => {
  const title = fc.string({ unit: 'binary', maxLength: 120 })
  const states = fc.constantFrom<Task['state']>('running', 'ready', 'failed', 'succeeded')
  const task = fc.record({ title, state: states, subject: title })
  fc.assert(
    fc.property(
      fc.array(task, { maxLength: 30 }),
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 30 }),
      (given, width, height) => {
        const tasks = given.map((one, index) =>
          sampleTask(`t${index}`, {
            title: one.title,
            state: one.state,
            wait:
              one.state === 'ready'
                ? { reason: 'lane', subject: one.subject, since: at(0), frees: null }
                : null,
          }),
        )
        const run = sampleRun(tasks, { title: given[0]?.title ?? '' })
        const frame = liveView({ run, tasks, asOf }, { ...screen, width, height })
        assert.ok(frame.length <= height)
        for (const line of frame) {
          assert.ok(displayWidth(line) <= width, line)
          assert.doesNotMatch(line, /\p{Cc}/u)
        }
      },
    ),
  )
})
