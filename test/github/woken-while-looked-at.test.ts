import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claimGitHubRuns, releaseGitHubRun, wakeGitHubRuns } from '../../src/records/index.ts'
import { repository, startStage } from './started-github.ts'

test('what happens while a run is looked at has it looked at again at once', async () => {
  await using stage = await startStage()
  const made = await fetch(`${stage.github.url}/repos/${repository}/issues`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stage.tokens.person}`, 'user-agent': 'test' },
    body: JSON.stringify({ title: 'Two things', body: '- [ ] One\n- [ ] Two' }),
  })
  const { number } = JSON.parse(await made.text())
  const app = await stage.start()
  assert.ok(app.github !== null)
  const start = { repository, issue: number, requestedBy: 'ada' }
  const { run } = await app.github.start(start, new AbortController().signal)
  const { pool } = stage.database
  const leaseMs = 60_000
  const claim = async () => await claimGitHubRuns(pool, { holder: 'one', limit: 1, leaseMs })
  const looked = { dashboardHash: null, dashboards: 0, ended: false, lookInMs: 3_600_000, leaseMs }
  const by = { runId: run.id, holder: 'one' }

  assert.equal((await claim()).length, 1)
  assert.equal(await wakeGitHubRuns(pool, { repository, numbers: [number] }), 1)
  assert.equal(await releaseGitHubRun(pool, by, looked), true)
  assert.equal((await claim()).length, 1, 'it was woken meanwhile')
  assert.equal(await releaseGitHubRun(pool, by, looked), true)
  assert.equal((await claim()).length, 0, 'nothing happened meanwhile')
})
