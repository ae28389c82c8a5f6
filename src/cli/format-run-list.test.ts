import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleRun, sampleTask, start } from '../../test/cli/sample-run.ts'
import { formatRunList } from './format-run-list.ts'

const look = { width: 80, colour: false }

test('a line a run with state, progress, time and age', () => {
  const tasks = [sampleTask('a', { state: 'succeeded' }), sampleTask('b')]
  const runs = [sampleRun(tasks, { title: 'Shop\u001b[2J', simulated: true })]
  assert.deepEqual(
    formatRunList({ runs, next: 'c', start: 'x' }, start + 120_000, look).split('\n'),
    [
      'RUN           STATE    DONE  TIME   CREATED    TITLE',
      'r123456789ab  running  1/2   2.0 s  2 min ago  [SIMULATED] Shop',
      'Older runs: --limit N',
    ],
  )
})

test('no runs is said, with what to do', () => {
  assert.match(
    formatRunList({ runs: [], next: null, start: 'npx maniple split FILE' }, start, look),
    /: npx maniple split FILE$/,
  )
})
