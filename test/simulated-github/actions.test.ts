import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startGitHub } from './start-github.ts'

const files = {
  '.github/workflows/work.yml': 'name: Work\non:\n  workflow_dispatch:\n  repository_dispatch:\n',
  '.github/workflows/ci.yml': 'name: CI\non: [pull_request]\n',
}

async function startWithWorkflows() {
  const at = await startGitHub({
    workflows: () => ({ queuedMs: 10_000, runningMs: 60_000, conclusion: 'success' }),
  })
  await at.github.createRepository({ owner: at.owner, name: 'flows', files })
  const repo = '/repos/octo/flows'
  return { at, repo, [Symbol.asyncDispose]: at.github.close }
}

test('a dispatched workflow is queued, runs and ends as time goes on, with a check of its own', async () => {
  await using flows = await startWithWorkflows()
  const { at, repo } = flows
  const dispatch = `POST ${repo}/actions/workflows/work.yml/dispatches`
  assert.equal((await at.call(dispatch, { ref: 'main' })).status, 204)
  const detailed = { ref: 'main', inputs: { task: 'x' }, return_run_details: true }
  const started = await at.call(dispatch, detailed)
  assert.equal(started.status, 200)
  const path = `GET ${repo}/actions/runs/${started.body.workflow_run_id}`
  assert.equal((await at.call(path)).body.status, 'queued')
  await at.clock.untilAsleep(2)
  await at.clock.advance(10_000)
  assert.equal((await at.call(path)).body.status, 'in_progress')
  await at.clock.untilAsleep(2)
  await at.clock.advance(60_000)
  const ended = (await at.call(path)).body
  assert.deepEqual([ended.status, ended.conclusion], ['completed', 'success'])
  const checks = (await at.call(`GET ${repo}/commits/main/check-runs`)).body
  assert.equal(checks.check_runs[0].name, 'work')
  assert.equal((await at.call(`POST ${path.slice(4)}/cancel`)).status, 409)
  assert.equal((await at.call(dispatch, { ref: 'nowhere' })).status, 422)
  const ci = `POST ${repo}/actions/workflows/ci.yml/dispatches`
  assert.equal((await at.call(ci, { ref: 'main' })).status, 422)
})

test('a pull request of a workflow’s own token waits for approval', async () => {
  await using flows = await startWithWorkflows()
  const { at, repo } = flows
  const repository = at.github.state.repositories.find('octo', 'flows')
  assert.ok(repository)
  const by = { actor: at.github.state.actors.actionsBot, app: null, token: 'github_token' } as const
  const change = { branch: 'side', files: { 'a.txt': 'a' }, message: 'Side' }
  await at.github.world.git.commitFiles(repository, change, by)
  await at.github.world.pulls.open(repository, { title: 'Side', head: 'side', base: 'main' }, by)
  const [run] = repository.runs.values()
  assert.equal(run?.status, 'action_required')
  const approve = `POST ${repo}/actions/runs/${run?.id}/approve`
  assert.equal((await at.call(approve)).status, 201)
  assert.equal(run?.status, 'queued')
  assert.equal((await at.call(approve)).status, 403)
})

test('variables are made once and changed after', async () => {
  await using at = await startGitHub()
  const variable = { name: 'maniple_paused', value: '1' }
  assert.equal((await at.call('POST actions/variables', variable)).status, 201)
  assert.equal((await at.call('POST actions/variables', variable)).status, 409)
  const change = await at.call('PATCH actions/variables/MANIPLE_PAUSED', { value: '0' })
  assert.equal(change.status, 204)
  assert.equal((await at.call('GET actions/variables/maniple_paused')).body.value, '0')
  assert.equal((await at.call('PATCH actions/variables/none', { value: '0' })).status, 404)
})
