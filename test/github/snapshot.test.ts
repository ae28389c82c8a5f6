import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSnapshot } from '../../src/github/index.ts'
import { startGitHub, type TestGitHub } from '../simulated-github/start-github.ts'
import { openClient } from './open-client.ts'

const issues = 700
const pulls = 300

/** Straight into the simulator's state: over REST it would take hours of its time. */
async function fill({ github, repository, owner }: TestGitHub): Promise<void> {
  const { state, world } = github
  const by = { actor: owner, app: null, token: null }
  const label = state.repositories.label(repository, 'bug')
  assert.ok(label !== undefined)
  const labels = [label]
  for (let index = 0; index < issues; index += 1) {
    state.issues.create(repository, { title: `Issue ${index}`, labels }, by)
  }
  const sha = await world.git.of(repository).branch('main')
  assert.ok(sha !== null)
  for (let index = 0; index < pulls; index += 1) {
    const head = { ref: `work-${index}`, sha }
    const wanted = { head, base: { ref: 'main', sha }, body: `Closes #${index + 1}` }
    const pull = state.pulls.create(repository, { title: `Pull ${index}`, ...wanted }, by)
    state.issues.addLabel(pull, label, by)
  }
}

test('a snapshot of a thousand open items costs at most 60 points, and no REST call', async () => {
  await using at = await startGitHub()
  await fill(at)
  const token = at.github.createToken({ kind: 'classic', actor: at.owner, scopes: ['repo'] })
  const client = openClient(at.github, { token: token.value })
  const view = await readSnapshot(client, 'octo/shop', new AbortController().signal)
  assert.deepEqual([view.issues.length, view.pulls.length, view.gaps], [issues, pulls, []])
  assert.equal(new Set([...view.issues, ...view.pulls].map(({ number }) => number)).size, 1000)
  const pull = view.pulls.find(({ head }) => head === 'work-7')
  assert.deepEqual([pull?.closes, pull?.labels], [[8], ['bug']])
  const { byRoute, graphqlPoints, limited } = at.github.stats()
  assert.deepEqual(Object.keys(byRoute), ['POST /graphql'])
  assert.ok(graphqlPoints <= 60, `${graphqlPoints} points`)
  assert.equal(view.points, graphqlPoints)
  assert.deepEqual(limited, { primary: 0, secondary: 0 })
})
