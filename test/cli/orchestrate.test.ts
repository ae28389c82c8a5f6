import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  Analysis,
  OrchestrationResult,
  PilotMetrics,
  PilotStatus,
} from '../../src/contracts/index.ts'
import { type CommandLine, openCommandLine } from './command-line.ts'

let line: CommandLine
before(async () => {
  line = await openCommandLine()
})
after(async () => line[Symbol.asyncDispose]())

const example = ['orchestrate', 'examples/orchestrate.json'] as const

test('orchestrate --json prints the result and nothing else', async () => {
  const { code, stdout, stderr } = await line.run([...example, '--json'])
  assert.equal(code, 0, stderr)
  assert.equal(stderr, '')
  assert.equal(stdout.trimEnd().split('\n').length, 1)
  const result = OrchestrationResult.parse(JSON.parse(stdout))
  assert.deepEqual([result.success, result.simulated], [true, true])
  assert.equal(result.workloads.length, 3)
})

test('orchestrate shows progress on stderr, a row a workload and the whole on stdout', async () => {
  const { code, stdout, stderr } = await line.run(example)
  assert.equal(code, 0, stderr)
  assert.match(stderr, /^run \w+: .*, 3 tasks, \d+ slots {2}\[SIMULATED\]$/m)
  assert.equal(stderr.match(/^succeeded .* in [\d.]+ s$/gm)?.length, 3)
  assert.match(stdout, /^SIMULATED: /m)
  assert.match(stdout, /^WORKLOAD +SPECIALIST +MODEL +CONF +TIME +TOKENS +COST$/m)
  assert.equal(stdout.match(/^w[123] .* (?:0|1)\.\d\d +[\d.]+ s +[\d,]+ +\S+$/gm)?.length, 3)
  assert.match(stdout, /^state {7}succeeded$/m)
  assert.match(stdout, /^speed-up {4}[\d.]+ x$/m)
  assert.match(stdout, /^efficiency {2}[\d.]+ %, rated \w+$/m)
  assert.doesNotMatch(stdout + stderr, /\p{Cc}(?<!\n)/u)
  const quiet = await line.run([...example, '--quiet'])
  assert.equal(quiet.code, 0)
  assert.equal(quiet.stderr, '')
})

test('orchestrate of what fails: exit 1, why, and the way to rerun', async () => {
  const env = { MANIPLE_SIMULATION_FAULTS_RATE500: '1', MANIPLE_RUN_RETRIES: '0' }
  const { code, stdout } = await line.run(example, { env })
  assert.equal(code, 1, stdout)
  assert.match(stdout, /^Failures$/m)
  assert.match(stdout, /^state {7}failed$/m)
  assert.match(stdout, /^Rerun what did not succeed: npm run --silent maniple -- retry \w+ /m)
})

test('what only the service can judge is bad input too: a cycle, an unknown dependency', async () => {
  const cases: readonly (readonly [object[], string])[] = [
    [
      [
        { id: 'a', content: 'x', dependsOn: ['b'] },
        { id: 'b', content: 'x', dependsOn: ['a'] },
      ],
      'split_cycle',
    ],
    [[{ content: 'x', dependsOn: ['ghost'] }], 'split_unknown_dependency'],
    [
      [
        { id: 'a', content: 'x' },
        { id: 'a', content: 'y' },
      ],
      'split_duplicate_id',
    ],
  ]
  for (const [workloads, code] of cases) {
    const input = JSON.stringify({ repository: 'octo-org/octo-repo', workloads })
    const refused = await line.run(['orchestrate', '-', '--json'], { input })
    assert.equal(refused.code, 2, refused.stderr)
    assert.equal(JSON.parse(refused.stdout).error.code, code)
  }
})

test('analyze says what it would take, from workloads and from a context', async () => {
  for (const [file, derived] of [
    ['orchestrate', false],
    ['analyze', true],
  ] as const) {
    const { code, stdout, stderr } = await line.run(['analyze', `examples/${file}.json`, '--json'])
    // The body of orchestrate is one of analyze as well.
    assert.equal(code, 0, stderr)
    const analysis = Analysis.parse(JSON.parse(stdout))
    assert.equal(analysis.derived, derived)
    assert.ok(analysis.workloads.length >= 3)
    assert.equal(analysis.pilot !== null, derived)
  }
  const { code, stdout } = await line.run(['analyze', 'examples/analyze.json'])
  assert.equal(code, 0)
  assert.match(stdout, /^octo-org\/octo-repo {2}analysis, nothing was run$/m)
  assert.match(stdout, /^limit {7}\S/m)
})

test('pilot shows where the trial stands, and takes feedback', async () => {
  const status = await line.run(['pilot', 'status', '--json'])
  assert.equal(status.code, 0, status.stderr)
  assert.equal(PilotStatus.parse(JSON.parse(status.stdout)).state, 'idle')
  assert.match((await line.run(['pilot', 'status'])).stdout, /^state {7}idle$/m)
  const metrics = await line.run(['pilot', 'metrics', '--json'])
  PilotMetrics.parse(JSON.parse(metrics.stdout))
  assert.match((await line.run(['pilot', 'metrics'])).stdout, /^ARM +REQUESTS +SUCCESS/m)

  const { runId } = JSON.parse((await line.run([...example, '--json'])).stdout)
  const feedback = ['pilot', 'feedback', '--rating', '4', '--json', '--run']
  const kept = await line.run([...feedback, runId])
  assert.deepEqual([kept.code, JSON.parse(kept.stdout)], [0, { kept: 3 }])
  const one = await line.run([...feedback, runId, '--workload', 'w1'])
  assert.deepEqual(JSON.parse(one.stdout), { kept: 1 })
  const unknown = await line.run([...feedback, 'nosuchrun'])
  assert.equal(unknown.code, 2)
  assert.equal(JSON.parse(unknown.stdout).error.code, 'not_found')
})

test('a pilot without a candidate cannot start', async () => {
  const none = await line.run(['pilot', 'start', '--json'])
  assert.equal(none.code, 2)
  assert.equal(JSON.parse(none.stdout).error.code, 'pilot_not_possible')
})

test('why the pilot is changed goes into the audit', async () => {
  const config = join(line.dataDir, 'pilot.yaml')
  const models = 'models: {small: {provider: simulated}, newcomer: {provider: simulated}}'
  await writeFile(config, `${models}\npilot: {candidate: newcomer}\n`)
  const change = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await line.run(['--config', config, 'pilot', ...args])
    assert.equal(code, 0, stderr)
    return stdout
  }
  assert.match(await change('start', '--reason', 'Cheaper by half.'), /^state {7}running/m)
  assert.match(await change('undo', '--reason', 'Too soon.'), /^state {7}idle$/m)
  const { stdout } = await line.run(['audit', 'export', '--json'])
  assert.match(stdout, /"reason":"Cheaper by half\. \(newcomer is on trial\)"/)
  assert.match(stdout, /"reason":"Too soon\. \(took back: start, [^"]+"/)
})
