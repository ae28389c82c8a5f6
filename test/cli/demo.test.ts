import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import * as z from 'zod'
import { eventually } from '../support/embedded-server.ts'
import { openCommandLine } from './command-line.ts'

const Figures = z.object({
  simulated: z.literal(true),
  timeScale: z.number(),
  state: z.string(),
  subIssues: z.object({ opened: z.number(), closed: z.number() }),
  branches: z.number(),
  pullRequests: z.object({ opened: z.number(), merged: z.number() }),
  dashboard: z.object({ comments: z.number(), edits: z.number() }),
  time: z.object({ realMs: z.number(), simulatedMs: z.number() }),
  github: z.object({
    calls: z.number(),
    byRoute: z.record(z.string(), z.number()),
    limited: z.object({ primary: z.number(), secondary: z.number() }),
  }),
})

test('demo: a labelled issue becomes 24 sub-issues, 24 merges and one comment', async () => {
  await using line = await openCommandLine()
  const { code, stdout, stderr } = await line.run(['demo', '--time-scale', '300', '--json'])
  assert.equal(code, 0, stderr)
  const figures = Figures.parse(JSON.parse(stdout))
  assert.deepEqual(
    [figures.timeScale, figures.state, figures.branches, figures.dashboard.comments],
    [300, 'succeeded', 24, 1],
  )
  assert.deepEqual(figures.subIssues, { opened: 24, closed: 24 })
  assert.deepEqual(figures.pullRequests, { opened: 24, merged: 24 })
  assert.deepEqual(figures.github.limited, { primary: 0, secondary: 0 })
  const { calls, byRoute } = figures.github
  assert.equal(
    Object.values(byRoute).reduce((sum, count) => sum + count, 0),
    calls,
    'every call is counted',
  )
  assert.equal(byRoute['PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge'], 24)
  assert.deepEqual(await readdir(line.dataDir), [], 'nothing is left')
})

test('demo says what happens, and leaves nothing behind when it is interrupted', async () => {
  await using line = await openCommandLine()
  const started = line.start(['demo', '--time-scale', '60'])
  await started.says(/^SIMULATED GitHub at http.*60 times as fast$/m)
  await started.says(/ada labels #1 parallel-execution/)
  await started.says(/sub-issue #\d+ of #1: /)
  started.child.kill('SIGINT')
  const { code, stderr } = await started.ended
  assert.equal(code, 130, stderr)
  assert.match(stderr, /^maniple: Stopped by SIGINT \(cancelled\)$/m)
  await eventually('nothing is left', async () => (await readdir(line.dataDir)).length === 0)
})

test('demo heeds no configuration, and says so', async () => {
  await using line = await openCommandLine()
  const { code, stderr } = await line.run(['demo', '--config', 'maniple.config.yaml'])
  assert.equal(code, 2, stderr)
  assert.match(stderr, /^maniple: demo reads no configuration.* \(config_invalid\)\n$/)
})
