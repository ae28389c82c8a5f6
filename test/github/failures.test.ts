import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type GitHubClient, readSnapshot } from '../../src/github/index.ts'
import type { JsonObject } from '../../src/shared/index.ts'
import { startGitHub, type TestGitHub } from '../simulated-github/start-github.ts'
import { openClient } from './open-client.ts'

const names = { owner: 'octo', repo: 'shop' }
const { signal } = new AbortController()
const issues = '/repos/{owner}/{repo}/issues'

function asOwner({ github, owner }: TestGitHub, timeScale = 1): GitHubClient {
  const token = github.createToken({ kind: 'classic', actor: owner, scopes: ['repo'] })
  return openClient(github, { token: token.value, timeScale })
}

async function ask(client: GitHubClient, route: string, parameters: JsonObject = {}) {
  return await client.request({ route, parameters: { ...names, ...parameters }, signal })
}

/** A pull request whose head is the commit of `main`. */
async function openPull({ github, repository, owner }: TestGitHub): Promise<string> {
  const sha = await github.world.git.of(repository).branch('main')
  assert.ok(sha !== null)
  const wanted = { title: 'Work', head: { ref: 'work', sha }, base: { ref: 'main', sha } }
  github.state.pulls.create(repository, wanted, { actor: owner, app: null, token: null })
  return sha
}

test('without a credential nothing is sent, and the setting is named', async () => {
  await using at = await startGitHub()
  const none = openClient(at.github, { token: null })
  await assert.rejects(ask(none, `GET ${issues}`), {
    code: 'github_unavailable',
    message: /github\.token \(GITHUB_TOKEN\)/,
  })
  assert.equal(at.github.stats().calls, 0)
})

test('a wrong token is told from one that may not, and that names the permission', async () => {
  await using at = await startGitHub()
  const wrong = openClient(at.github, { token: 'ghp_wrong' })
  await assert.rejects(ask(wrong, `GET ${issues}`), {
    code: 'github_auth',
    message: /401 .*Bad credentials; the token is wrong or has expired/,
  })
  const query = { query: '{ viewer { login } }', variables: {}, signal }
  await assert.rejects(wrong.graphql(query), { code: 'github_auth' })
  const wanted = { kind: 'fine_grained', actor: at.owner, permissions: { issues: 'read' } } as const
  const weak = openClient(at.github, { token: at.github.createToken(wanted).value })
  await assert.rejects(ask(weak, `POST ${issues}`, { title: 'No' }), {
    code: 'github_auth',
    isRetryable: false,
    message: /a permission that would do: issues=write/,
  })
})

test('what is not there, or not to be seen, is missing', async () => {
  await using at = await startGitHub()
  const client = asOwner(at)
  const number = { issue_number: 99 }
  await assert.rejects(ask(client, `GET ${issues}/{issue_number}`, number), {
    code: 'github_missing',
    message: /404 .*does not exist, or the token may not see it/,
  })
  await assert.rejects(readSnapshot(client, 'octo/none', signal), { code: 'github_missing' })
})

test('a head that moved is a conflict; a request that is no good is refused in GitHub’s words', async () => {
  await using at = await startGitHub()
  const client = asOwner(at)
  await openPull(at)
  const merge = 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge'
  await assert.rejects(ask(client, merge, { pull_number: 1, sha: '0'.repeat(40) }), {
    code: 'github_conflict',
    message: /answered 409/,
  })
  await assert.rejects(ask(client, `POST ${issues}`, { title: 'x'.repeat(257) }), {
    code: 'github_refused',
    message: /422 .*title is too long/,
  })
  at.repository.hasIssues = false
  await assert.rejects(ask(client, `POST ${issues}`, { title: 'Closed shop' }), {
    code: 'github_refused',
    message: /410 .*Issues are disabled/,
  })
})

test('after a secondary limit nothing is sent until the rest is over, in real time', async () => {
  await using at = await startGitHub()
  const client = asOwner(at, 6)
  at.github.failNext(1, 'secondary_limit')
  await assert.rejects(ask(client, `POST ${issues}`, { title: 'One' }), {
    ...{ code: 'github_limited', isRetryable: true, retryAfterMs: 10_000 },
  })
  const { calls } = at.github.stats()
  const isResting = (error: unknown): boolean => {
    assert.ok(error instanceof Error && 'retryAfterMs' in error && 'code' in error)
    assert.equal(error.code, 'github_limited')
    // Sixty seconds of GitHub's time are ten of ours.
    assert.ok(Number(error.retryAfterMs) <= 10_000, `${error.retryAfterMs} ms`)
    return true
  }
  await assert.rejects(ask(client, `GET ${issues}`), isResting)
  const query = { query: '{ viewer { login } }', variables: {}, signal }
  await assert.rejects(client.graphql(query), isResting)
  assert.equal(at.github.stats().calls, calls)
})

test('GraphQL says in a 200 that its points are spent, and that is a limit too', async () => {
  await using at = await startGitHub({ limits: { graphqlPointsPerHour: 1 } })
  const client = asOwner(at, 3600)
  const query = { query: '{ viewer { login } }', variables: {}, signal }
  await client.graphql(query)
  await assert.rejects(client.graphql(query), (error: unknown) => {
    assert.ok(error instanceof Error && 'retryAfterMs' in error && 'code' in error)
    assert.equal(error.code, 'github_limited')
    assert.ok(Number(error.retryAfterMs) <= 1000, `${error.retryAfterMs} ms`)
    return true
  })
})

test('what a token may not read is a gap in the snapshot, and never passes for good', async () => {
  await using at = await startGitHub()
  await openPull(at)
  const permissions = { issues: 'read', pull_requests: 'read', contents: 'read' } as const
  const wanted = { kind: 'fine_grained', actor: at.owner, permissions } as const
  const client = openClient(at.github, { token: at.github.createToken(wanted).value })
  const view = await readSnapshot(client, 'octo/shop', signal)
  assert.match(view.gaps.join('\n'), /^checks: /)
  assert.deepEqual(
    view.pulls.map(({ title, checks }) => [title, checks]),
    [['Work', 'unknown']],
  )
})

test('a read that failed is sent again; a write never: nobody can tell whether it happened', async () => {
  await using at = await startGitHub()
  const client = asOwner(at)
  at.github.failNext(1, 'bad_gateway', { method: 'GET' })
  assert.equal((await ask(client, `GET ${issues}`)).status, 200)
  at.github.failNext(1, 'drop_after', { method: 'POST' })
  await assert.rejects(ask(client, `POST ${issues}`, { title: 'Once' }), { code: 'github_unclear' })
  at.github.failNext(1, 'server_error', { method: 'POST' })
  await assert.rejects(ask(client, `POST ${issues}`, { title: 'Not' }), { code: 'github_unclear' })
  assert.equal(at.github.stats().byRoute[`POST ${issues}`], 2)
  assert.equal(at.repository.issues.size, 1)
})
