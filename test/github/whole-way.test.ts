import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { eventually } from '../support/embedded-server.ts'
import { repository, startStage } from './started-github.ts'

const shop = readFileSync(new URL('../../examples/shop.json', import.meta.url), 'utf8')

test('an issue becomes worker issues, pull requests, merges and one dashboard comment', async () => {
  await using stage = await startStage()
  const { github } = stage
  const made = await fetch(`${github.url}/repos/${repository}/issues`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${stage.tokens.person}`,
      'user-agent': 'test',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ title: '[Parallel] Shop', body: `\`\`\`json\n${shop}\n\`\`\`` }),
  })
  assert.equal(made.status, 201)
  const { number } = JSON.parse(await made.text())
  const app = await stage.start({ 'github.lookSeconds': 30 })
  assert.ok(app.github !== null)
  await app.startWorker()
  const signal = new AbortController().signal
  const start = { repository, issue: number, requestedBy: 'ada' }
  const { run } = await app.github.start(start, signal)
  const again = await app.github.start(start, signal)
  assert.deepEqual([again.created, again.run.id], [false, run.id])
  await eventually('the run has ended', async () => {
    const now = await app.runs.get(run.id)
    return now.finishedAt !== null
  })
  const ended = await app.runs.get(run.id)
  const tasks = (await app.runs.snapshot(run.id)).tasks
  assert.deepEqual(
    [ended.state, ended.counts.succeeded],
    ['succeeded', 24],
    JSON.stringify(tasks.find(({ state }) => state !== 'succeeded')),
  )
  const all = [...(github.state.repositories.find('octo', 'shop')?.issues.values() ?? [])]
  const parent = all.find((issue) => issue.number === number)
  assert.deepEqual([parent?.subIssues.length, parent?.comments.length], [24, 1])
  const pulls = all.flatMap(({ pull }) => (pull === null ? [] : [pull]))
  assert.deepEqual([pulls.length, pulls.filter(({ mergedAt }) => mergedAt === null)], [24, []])
})
