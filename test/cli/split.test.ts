import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { RunReport } from '../../src/contracts/index.ts'
import { type CommandLine, openCommandLine } from './command-line.ts'

let line: CommandLine
before(async () => {
  line = await openCommandLine()
})
after(async () => line[Symbol.asyncDispose]())

const examples = [
  ['shop', 24],
  ['full-stack', 44],
  ['data-pipeline', 15],
  ['testing', 5],
  ['dependencies', 5],
] as const

for (const [name, width] of examples) {
  test(`split examples/${name}.json --json prints one report of ${width} tasks`, async () => {
    const { code, stdout, stderr } = await line.run(['split', `examples/${name}.json`, '--json'])
    assert.equal(code, 0, stderr)
    assert.equal(stdout.trimEnd().split('\n').length, 1)
    const report = RunReport.parse(JSON.parse(stdout))
    assert.equal(report.run.state, 'succeeded')
    assert.equal(report.tasks.length, width)
    assert.equal(report.simulated, true)
    assert.ok(report.speedUp !== null && report.speedUp > 0)
    assert.ok(report.parallelEfficiency !== null && report.parallelEfficiency <= 1)
    const finished = new Map(report.tasks.map((task) => [task.id, task.finishedAt]))
    for (const task of report.tasks) {
      assert.equal(task.state, 'succeeded')
      assert.equal(task.attempts, 1)
      assert.ok(task.startedAt !== null && task.finishedAt !== null)
      for (const dependency of task.dependsOn) {
        const before = finished.get(dependency)
        assert.ok(before !== null && before !== undefined && before <= task.startedAt)
      }
    }
  })
}

test('without a terminal: lines on stderr as tasks start and end, the report on stdout', async () => {
  const { code, stdout, stderr } = await line.run(['split', 'examples/dependencies.json'])
  assert.equal(code, 0, stderr)
  assert.match(stderr, /^run \w+: .*, 5 tasks, 50 slots {2}\[SIMULATED\]$/m)
  assert.equal(stderr.match(/^started /gm)?.length, 5)
  assert.equal(stderr.match(/^succeeded .* in [\d.]+ s$/gm)?.length, 5)
  assert.match(stdout, /^SIMULATED: /m)
  assert.match(stdout, /^tasks {7}5: 5 succeeded$/m)
  assert.doesNotMatch(stdout + stderr, /\p{Cc}(?<!\n)/u)
})

test('the voice has the last line of the report, one about what happened, unless it is plain', async () => {
  const args = ['split', 'examples/dependencies.json', '--quiet']
  const said = await line.run(args)
  const last = said.stdout.trimEnd().split('\n').at(-1)
  const { runs } = JSON.parse((await line.run(['runs', '--json', '--limit', '1'])).stdout)
  const { stdout } = await line.run(['watch', runs[0].id, '--json'])
  const report = RunReport.parse(JSON.parse(stdout))
  assert.notEqual(report.commentary, '')
  assert.ok(report.commentary.endsWith(last ?? '?'), said.stdout)
  const plain = await line.run([...args, '--json'], { env: { MANIPLE_VOICE: 'plain' } })
  const { commentary } = RunReport.parse(JSON.parse(plain.stdout))
  assert.match(commentary, /^5 of 5 tasks succeeded/)
})

test('what a person should know of the plan is said on stderr, unless quiet', async () => {
  const input = '- [x] Done already\n- [ ] Left to do\n'
  const said = await line.run(['split', '-'], { input })
  assert.equal(said.code, 0, said.stderr)
  assert.match(said.stderr, /^note: .*tick/m)
  for (const flag of ['--quiet', '--json']) {
    const silent = await line.run(['split', '-', flag], { input })
    assert.equal(silent.stderr, '')
  }
})

test('quiet means the report and nothing else', async () => {
  const { code, stdout, stderr } = await line.run(['split', 'examples/testing.json', '--quiet'])
  assert.equal(code, 0)
  assert.equal(stderr, '')
  assert.match(stdout, /^state {7}succeeded$/m)
})

test('faults: exit 1, failures with reasons, and the way to rerun', async () => {
  const env = { MANIPLE_SIMULATION_FAULTS_RATE500: '1', MANIPLE_RUN_RETRIES: '0' }
  const { code, stdout } = await line.run(['split', 'examples/dependencies.json'], { env })
  assert.equal(code, 1, stdout)
  assert.match(stdout, /^tasks {7}5: 1 failed, 4 skipped$/m)
  assert.match(stdout, /\(model_failed\)/)
  assert.match(stdout, /^Rerun what did not succeed: npm run --silent maniple -- retry \w+ /m)
})

test('runs lists them, newest first, by state and limit', async () => {
  const all = JSON.parse((await line.run(['runs', '--json'])).stdout)
  assert.ok(all.runs.length >= 2)
  const times = all.runs.map((run: { createdAt: string }) => run.createdAt)
  assert.deepEqual(times, [...times].sort().reverse())
  const failed = JSON.parse((await line.run(['runs', '--json', '--state', 'failed'])).stdout)
  assert.ok(failed.runs.length >= 1)
  for (const run of failed.runs) assert.equal(run.state, 'failed')
  const one = await line.run(['runs', '--limit', '1'])
  assert.match(one.stdout, /^RUN .*\n\w+ /)
})

test('watch of a run that has ended prints its report and exits by its outcome', async () => {
  const { runs } = JSON.parse((await line.run(['runs', '--json'])).stdout)
  for (const run of runs.slice(0, 3)) {
    const { code, stdout } = await line.run(['watch', run.id, '--json'])
    assert.equal(JSON.parse(stdout).run.id, run.id)
    assert.equal(code, run.state === 'succeeded' ? 0 : 1)
  }
})

test('an unknown run is bad input for every command that takes one', async () => {
  for (const command of ['watch', 'cancel', 'retry']) {
    const { code, stdout } = await line.run([command, 'nosuchrun', '--json'])
    assert.equal(code, 2)
    assert.equal(JSON.parse(stdout).error.code, 'not_found')
  }
})

test('a reader that goes away is no error', async () => {
  const started = line.start(['runs', '--json', '--limit', '1000'])
  started.child.stdout?.destroy()
  const { code, stderr } = await started.ended
  assert.equal(code, 0)
  assert.equal(stderr, '')
})
