import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sampleReport, sampleTask } from '../../test/cli/sample-run.ts'
import { isSound } from './closing-report.ts'
import { formatReport } from './format-report.ts'
import { displayWidth } from './terminal-text.ts'

const look = { width: 80, colour: false }
const resume = 'maniple retry r123456789ab'

test('a run that succeeded: counts, times, speed-up, efficiency, cost, no next step', () => {
  const tasks = [
    sampleTask('a', { state: 'succeeded' }),
    sampleTask('b', { state: 'succeeded', cached: true }),
  ]
  const report = sampleReport(tasks, { cost: { input_tokens: 1200 }, simulated: true })
  assert.deepEqual(formatReport(report, resume, look).split('\n'), [
    'Shop  run r123456789ab',
    'SIMULATED: results come from the simulated model provider, no model was asked',
    'state       succeeded',
    'tasks       2: 2 succeeded, 1 result reused from the cache',
    'wall time   2.0 s',
    'sequential  9.0 s of task time',
    'speed-up    4.5 x',
    'efficiency  75.0 % of what 50 slots can give',
    'cost        1,200 input_tokens (simulated)',
  ])
})

test('failures come with reasons, and what to do next is shown whole', () => {
  const tasks = [
    sampleTask('a', {
      state: 'failed',
      error: { code: 'agent_failed', message: `sh ended\u001b[0m with 3 ${'x'.repeat(90)}` },
    }),
    sampleTask('b', { state: 'skipped' }),
  ]
  const text = formatReport(sampleReport(tasks, { state: 'failed' }), resume, look)
  const lines = text.split('\n')
  assert.ok(lines.includes('tasks       2: 1 failed, 1 skipped'))
  assert.ok(lines.includes('  Title of a'))
  assert.ok(lines.includes('    sh ended with 3'))
  assert.ok(lines.includes(`    ${'x'.repeat(76)}`))
  assert.equal(lines.at(-1), `Rerun what did not succeed: ${resume}`)
})

test('a command run: combined branch, conflicts, check and the edits left out', () => {
  const report = sampleReport([sampleTask('a', { state: 'succeeded' })], {
    agent: 'command',
    report: {
      combined: {
        branch: 'maniple/r1/combined',
        merged: [{ task: 'b', title: 'B', commit: 'f00' }],
        noChanges: [{ task: 'c', title: 'C' }],
        conflicts: [{ task: 'a', title: 'A', files: ['src/x.ts', 'y.md'], with: ['b'] }],
      },
      check: { command: 'npm test', passed: false, exitCode: 7, outputTail: 'one\ntwo\u001b[2J\n' },
      uncommittedLeftOut: true,
      note: 'Uncommitted edits in 2 files were left out',
    },
  })
  const text = formatReport(report, resume, look)
  assert.match(text, /^combined {4}maniple\/r1\/combined {2}1 branch merged, 1 changed nothing$/m)
  assert.match(text, /^conflict {4}a with b in src\/x\.ts, y\.md$/m)
  assert.match(text, /^check {7}failed \(exit 7\) {2}npm test$/m)
  assert.match(text, /^ {2}\| two$/m)
  assert.match(text, /^! Uncommitted edits in 2 files were left out$/m)
  assert.equal(isSound(report.run.report), false)
})

test('a closing report of another shape is no reason to fail', () => {
  for (const shape of [null, 'text', 3, [], { check: 'yes', conflicts: 4 }]) {
    const report = sampleReport([sampleTask('a', { state: 'succeeded' })], { report: shape })
    assert.match(formatReport(report, resume, look), /^state {7}succeeded$/m)
    assert.ok(isSound(shape))
  }
})

test('whatever titles and messages hold, no line is too wide and no control comes through', () => {
  const nasty = fc.string({ unit: 'binary', maxLength: 200 })
  fc.assert(
    fc.property(nasty, nasty, fc.integer({ min: 20, max: 120 }), (title, message, width) => {
      const tasks = [sampleTask('a', { title, state: 'failed', error: { code: 'x', message } })]
      const text = formatReport(sampleReport(tasks, { title }), '', { width, colour: false })
      for (const line of text.split('\n').slice(0, -1)) {
        assert.ok(displayWidth(line) <= width, line)
        assert.doesNotMatch(line, /\p{Cc}/u)
      }
    }),
  )
})
