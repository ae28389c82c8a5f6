import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { seededBehaviour } from '../../src/simulation/github/actions/seeded-behaviour.ts'
import { startGitHub } from '../simulated-github/start-github.ts'
import { assertFaithful, recordExchanges } from './assert-faithful.ts'
import { instantClock } from './create-world.ts'

test('over HTTP: an issue given to Copilot is checked, made ready and merged', async () => {
  const recording = recordExchanges()
  const options = { clock: instantClock(), onExchange: recording.onExchange }
  await using given = await startGitHub({ ...options, copilot: { breaks: 1 } })
  const { github, repository, call } = given
  repository.approveCopilotRuns = false
  const content = Buffer.from('on: pull_request\n').toString('base64')
  await call('PUT contents/.github/workflows/ci.yml', { message: 'CI', content })
  const made = await call('POST issues', {
    ...{ title: 'Make it so', body: 'In `src/so.ts`.', assignees: ['copilot-swe-agent[bot]'] },
    agent_assignment: { custom_instructions: 'Briefly.' },
  })
  assert.deepEqual(
    made.body.assignees.map(({ login, id, type }: { [key: string]: unknown }) => [login, id, type]),
    [['Copilot', 198_982_749, 'Bot']],
  )
  await github.idle()
  const [pull] = (await call('GET pulls')).body
  assert.equal(pull.draft, true)
  assert.equal(pull.user.login, 'Copilot')
  const timeline = await call(`GET issues/${pull.number}/timeline`)
  const finished = timeline.body.find(
    ({ event }: { event: string }) => event === 'copilot_work_finished',
  )
  assert.equal(finished.actor.login, 'octo')
  assert.equal(finished.performed_via_github_app.slug, 'copilot-swe-agent')

  /** Of the head's checks, once they are through. */
  const conclusions = async (): Promise<readonly string[]> => {
    const { sha } = (await call(`GET pulls/${pull.number}`)).body.head
    for (let tries = 1; tries <= 1000; tries += 1) {
      const { body } = await call(`GET commits/${sha}/check-runs`)
      const found = body.check_runs.map(({ conclusion }: { conclusion: string }) => conclusion)
      if (found.length > 0 && !found.includes(null)) return found
      await delay(10)
    }
    return []
  }
  assert.deepEqual(await conclusions(), ['failure'])
  await call(`POST issues/${pull.number}/comments`, { body: '@copilot the checks fail' })
  await github.idle()
  assert.deepEqual(await conclusions(), ['success'])

  const { head, node_id: pullRequestId } = (await call(`GET pulls/${pull.number}`)).body
  const ready = await call('POST /graphql', {
    query: `mutation($input:MarkPullRequestReadyForReviewInput!){
      markPullRequestReadyForReview(input:$input){pullRequest{isDraft statusCheckRollup{state}}}}`,
    variables: { input: { pullRequestId } },
  })
  assert.deepEqual(ready.body.data.markPullRequestReadyForReview, {
    pullRequest: { isDraft: false, statusCheckRollup: { state: 'SUCCESS' } },
  })
  const merged = await call(`PUT pulls/${pull.number}/merge`, { sha: head.sha })
  assert.equal(merged.body.merged, true)
  assert.equal((await call(`GET issues/${made.body.number}`)).body.state, 'closed')
  assertFaithful(recording.exchanges)
})

test('over HTTP: points are counted, and a spent budget is an error within a 200', async () => {
  await using given = await startGitHub({ clock: instantClock() })
  const { github, owner, callWith } = given
  const { value } = github.createToken({ kind: 'classic', actor: owner, scopes: ['repo'] })
  const ask = async (query: string) => await callWith(value)('POST /graphql', { query })
  const first = await ask('{viewer{login} rateLimit{cost limit remaining used}}')
  assert.deepEqual(first.body.data, {
    viewer: { login: 'octo' },
    rateLimit: { cost: 1, limit: 5000, remaining: 4999, used: 1 },
  })
  const dear = `{repository(owner:"octo",name:"shop"){issues(first:100){nodes{
    subIssues(first:100){nodes{labels(first:1){totalCount}}}}}}}`
  let last = await ask(dear)
  for (let n = 0; n < 60 && last.body.errors === undefined; n += 1) last = await ask(dear)
  assert.equal(last.status, 200)
  assert.equal(last.body.errors[0].type, 'RATE_LIMITED')
  assert.equal(last.body.data, undefined)
})

test('a share of runs fails by the seed, and another push gets a fresh chance', async () => {
  const conclusions = async (seed: number): Promise<readonly string[]> => {
    const workflows = seededBehaviour({ seed, fails: 0.5 })
    await using given = await startGitHub({ clock: instantClock(), workflows })
    const { github, repository, call } = given
    const content = Buffer.from('on: push\n').toString('base64')
    await call('PUT contents/.github/workflows/ci.yml', { message: 'CI', content })
    for (let n = 1; n <= 6; n += 1) {
      await call(`PUT contents/${n}.txt`, { message: String(n), content })
    }
    const runs = () => [...repository.runs.values()]
    const isOver = () => runs().length === 7 && !runs().some(isOpen)
    for (let tries = 1; tries <= 1000 && !isOver(); tries += 1) await delay(10)
    await github.idle()
    assert.equal(runs().length, 7)
    return runs().map(({ conclusion }) => String(conclusion))
  }
  const first = await conclusions(3)
  assert.deepEqual(new Set(first), new Set(['success', 'failure']))
  assert.deepEqual(await conclusions(3), first)
})
const isOpen = ({ status }: { readonly status: string }): boolean => status !== 'completed'
