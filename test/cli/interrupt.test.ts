import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { RunReport } from '../../src/contracts/index.ts'
import { type CommandLine, openCommandLine } from './command-line.ts'

let line: CommandLine
before(async () => {
  line = await openCommandLine()
})
after(async () => line[Symbol.asyncDispose]())

const slow = { MANIPLE_SIMULATION_LATENCY_MS: '100000' }

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} cancels the run, exits 130 with its report, and retry finishes it`, async () => {
    const started = line.start(['split', 'examples/dependencies.json'], { env: slow })
    await started.says(/^started /m)
    started.child.kill(signal)
    const { code, stdout, stderr } = await started.ended
    assert.equal(code, 130, stderr)
    assert.match(stderr, /^Cancelling: /m)
    assert.match(stdout, /^state {7}cancelled$/m)
    const resume = /^Rerun what did not succeed: .*-- (retry \w+) --data-dir /m.exec(stdout)
    const args = resume?.[1]?.split(' ') ?? []
    assert.equal(args.length, 2, stdout)
    const retried = await line.run([...args, '--json'])
    assert.equal(retried.code, 0, retried.stderr)
    const report = RunReport.parse(JSON.parse(retried.stdout))
    assert.equal(report.run.state, 'succeeded')
    assert.ok(report.tasks.every((task) => task.state === 'succeeded'))
  })
}

test('retry performs what a killed process left, to its end', async () => {
  const started = line.start(['split', 'examples/dependencies.json', '--quiet'], { env: slow })
  const id = await waitForRunning(started)
  started.child.kill('SIGKILL')
  await started.ended
  const { code, stdout, stderr } = await line.run(['retry', id, '--json'])
  assert.equal(code, 0, stderr)
  assert.equal(RunReport.parse(JSON.parse(stdout)).run.state, 'succeeded')
})

test('retry of a run whose process ended while it was being cancelled performs it', async () => {
  const started = line.start(['split', 'examples/dependencies.json', '--quiet'], { env: slow })
  const id = await waitForRunning(started)
  // It hears of the cancellation no more.
  started.child.kill('SIGSTOP')
  assert.equal((await line.run(['cancel', id])).code, 0)
  started.child.kill('SIGKILL')
  await started.ended
  const { code, stdout, stderr } = await line.run(['retry', id, '--json'])
  assert.equal(code, 0, stderr)
  assert.equal(RunReport.parse(JSON.parse(stdout)).run.state, 'succeeded')
})

test('with --json a cancelled run is one JSON object too', async () => {
  const started = line.start(['split', 'examples/shop.json', '--json'], { env: slow })
  await waitForRunning(started)
  started.child.kill('SIGINT')
  const { code, stdout } = await started.ended
  assert.equal(code, 130)
  assert.equal(RunReport.parse(JSON.parse(stdout)).run.state, 'cancelled')
})

test('cancel from another process ends the run, and the process that performs it', async () => {
  const started = line.start(['split', 'examples/shop.json', '--quiet'], { env: slow })
  const id = await waitForRunning(started)
  const cancelled = await line.run(['cancel', id])
  assert.equal(cancelled.code, 0, cancelled.stderr)
  const { code, stdout } = await started.ended
  assert.equal(code, 130)
  assert.match(stdout, /^state {7}cancelled$/m)
})

test('watch follows from another process; leaving it leaves the run alone', async () => {
  const performing = line.start(['split', 'examples/shop.json', '--quiet'], { env: slow })
  const id = await waitForRunning(performing)
  const leaving = line.start(['watch', id])
  await leaving.says(/^started /m)
  leaving.child.kill('SIGINT')
  const left = await leaving.ended
  assert.equal(left.code, 130)
  assert.match(left.stderr, /the run goes on/)
  const following = line.start(['watch', id, '--json'])
  const { runs } = JSON.parse((await line.run(['runs', '--json', '--state', 'running'])).stdout)
  assert.deepEqual(
    runs.map((run: { id: string }) => run.id),
    [id],
  )
  await line.run(['cancel', id])
  assert.equal((await following.ended).code, 130)
  assert.equal((await performing.ended).code, 130)
})

test('a second signal leaves at once', async () => {
  const started = line.start(['split', 'examples/shop.json'], { env: slow })
  await started.says(/^started /m)
  started.child.kill('SIGINT')
  started.child.kill('SIGTERM')
  const { code, stdout } = await started.ended
  assert.equal(code, 130)
  assert.equal(stdout, '')
})

/** The id of the one run that is running in this data folder. */
async function waitForRunning(started: { readonly ended: Promise<unknown> }): Promise<string> {
  let over = false
  started.ended.then(
    () => {
      over = true
    },
    () => {
      over = true
    },
  )
  while (!over) {
    const { stdout } = await line.run(['runs', '--json', '--state', 'running'])
    const [first] = JSON.parse(stdout).runs
    if (first !== undefined && first.counts.running > 0) return first.id
  }
  throw new Error('it ended before a task of it was seen running')
}
