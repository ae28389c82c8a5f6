import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sampleReport, sampleTask } from '../../test/cli/sample-run.ts'
import { isSound } from './closing-report.ts'
import { formatReport } from './format-report.ts'
import { displayWidth } from './terminal-text.ts'

const look = { width: 80, colour: false }
const commands = {
  retry: 'maniple retry r123456789ab',
  agentKnown: true,
  answers: 'maniple watch r123456789ab --json',
}

test('a run that succeeded: counts, times, speed-up, efficiency, cost, where the answers are', () => {
  const tasks = [
    sampleTask('a', { state: 'succeeded' }),
    sampleTask('b', { state: 'succeeded', cached: true }),
  ]
  const report = sampleReport(tasks, { cost: { input_tokens: 1200 }, simulated: true })
  assert.deepEqual(formatReport(report, commands, look).split('\n'), [
    'Shop  run r123456789ab',
    'SIMULATED: results come from the simulated model provider, no model was asked',
    'state       succeeded',
    'tasks       2: 2 succeeded, 1 result reused from the cache',
    'wall time   2.0 s',
    'sequential  9.0 s of task time',
    'speed-up    4.5 x',
    'efficiency  75.0 % of what 50 slots can give',
    'cost        1,200 input_tokens (simulated)',
    '',
    'Answers: maniple watch r123456789ab --json',
    '  or GET /api/v1/runs/r123456789ab/tasks from a server',
  ])
})

test('the voice has the last line', () => {
  const report = sampleReport([sampleTask('a', { state: 'succeeded' })])
  const said = { ...report, commentary: 'The last word\u001b[2J.' }
  assert.deepEqual(formatReport(said, commands, look).split('\n').slice(-2), ['', 'The last word.'])
})

test('failures come with reasons, and what to do next is shown whole', () => {
  const tasks = [
    sampleTask('a', {
      state: 'failed',
      error: { code: 'agent_failed', message: `sh ended\u001b[0m with 3 ${'x'.repeat(90)}` },
    }),
    sampleTask('b', { state: 'skipped' }),
  ]
  const text = formatReport(sampleReport(tasks, { state: 'failed' }), commands, look)
  const lines = text.split('\n')
  assert.ok(lines.includes('tasks       2: 1 failed, 1 skipped'))
  assert.ok(lines.includes('  Title of a'))
  assert.ok(lines.includes('    sh ended with 3'))
  assert.ok(lines.includes(`    ${'x'.repeat(76)}`))
  assert.equal(lines.at(-1), `Rerun what did not succeed: ${commands.retry}`)
})

test('a command run: combined branch, conflicts, check and the edits left out', () => {
  const report = sampleReport([sampleTask('a', { state: 'succeeded' })], {
    agent: 'command',
    report: {
      combined: {
        branch: 'maniple/r1/combined',
        merged: [{ task: 'b', title: 'B', commit: 'f00' }],
        noChanges: [{ task: 'c', title: 'C' }],
        unfinished: [{ task: 'd', title: 'D', state: 'failed' }],
        conflicts: [{ task: 'a', title: 'A', files: ['src/x.ts', 'y.md'], with: ['b'] }],
      },
      check: { command: 'npm test', passed: false, exitCode: 7, outputTail: 'one\ntwo\u001b[2J\n' },
      uncommittedLeftOut: true,
      note: 'Uncommitted edits in 2 files were left out',
    },
  })
  const text = formatReport(report, commands, look)
  assert.match(text, /^combined {4}maniple\/r1\/combined {2}1 branch merged, 1 changed nothing$/m)
  assert.match(text, /^conflict {4}a with b in src\/x\.ts, y\.md$/m)
  assert.match(text, /^check {7}failed \(exit 7\) {2}npm test$/m)
  assert.match(text, /^ {2}\| two$/m)
  assert.match(text, /^! Uncommitted edits in 2 files were left out$/m)
  assert.match(text, /^ {12}of a tree without a, d$/m)
  assert.match(text, /^ {2}git merge maniple\/r1\/combined\n {2}git merge maniple\/r1\/task\/a$/m)
  assert.match(text, /^Or change the plan: /m)
  assert.doesNotMatch(text, /^Take |^Answers/m)
  assert.equal(isSound(report.run.report), false)
})

test('a sound combined branch: how to take it, and how to remove the branches', () => {
  const combined = { branch: 'maniple/r1/combined', merged: [{ task: 'a' }] }
  const report = sampleReport([sampleTask('a', { state: 'succeeded' })], {
    agent: 'command',
    report: { combined, check: { command: 'true', passed: true } },
  })
  assert.deepEqual(formatReport(report, commands, look).split('\n').slice(-3), [
    '',
    'Take the combined work, in the repository: git merge maniple/r1/combined',
    "Remove the run's branches: git branch -D $(git branch --list --format='%(refname:short)' 'maniple/r1/*')",
  ])
})

test('a command line that is not known here is asked for', () => {
  const report = sampleReport([sampleTask('a', { state: 'failed' })], { agent: 'command' })
  const text = formatReport(report, { ...commands, agentKnown: false }, look)
  assert.match(text, /^ {2}\(no command line is stored: put yours for CMD, /m)
})

test('no quotient of times is shown where it would say nothing', () => {
  const failed = sampleReport([sampleTask('a', { state: 'failed' })], { state: 'failed' })
  assert.match(formatReport(failed, commands, look), /^speed-up {4}–\nefficiency {2}–$/m)
  const cached = sampleReport([sampleTask('a', { state: 'succeeded', cached: true })])
  assert.match(formatReport(cached, commands, look), /^speed-up {4}– \(every result was reused\)$/m)
})

test('a closing report of another shape is no reason to fail', () => {
  for (const shape of [null, 'text', 3, [], { check: 'yes', conflicts: 4 }]) {
    const report = sampleReport([sampleTask('a', { state: 'succeeded' })], { report: shape })
    assert.match(formatReport(report, commands, look), /^state {7}succeeded$/m)
    assert.ok(isSound(shape))
  }
})

test('whatever titles and messages hold, no line is too wide and no control comes through', () => {
  const nasty = fc.string({ unit: 'binary', maxLength: 200 })
  fc.assert(
    fc.property(nasty, nasty, fc.integer({ min: 20, max: 120 }), (title, message, width) => {
      const tasks = [sampleTask('a', { title, state: 'failed', error: { code: 'x', message } })]
      const text = formatReport(sampleReport(tasks, { title }), commands, { width, colour: false })
      for (const line of text.split('\n').slice(0, -1)) {
        assert.ok(displayWidth(line) <= width, line)
        assert.doesNotMatch(line, /\p{Cc}/u)
      }
    }),
  )
})
