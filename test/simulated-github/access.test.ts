import assert from 'node:assert/strict'
import { createSign, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import type { TokenPermissions } from '../../src/simulation/github/state/actor.ts'
import { startGitHub, type TestGitHub } from './start-github.ts'

function fineGrained(at: TestGitHub, permissions: TokenPermissions) {
  const token = at.github.createToken({ kind: 'fine_grained', actor: at.owner, permissions })
  return at.callWith(token.value)
}

test('a missing permission is a 403 that names what would do', async () => {
  await using at = await startGitHub()
  const reader = fineGrained(at, { issues: 'read' })
  assert.equal((await reader('GET issues')).status, 200)
  const refused = await reader('POST issues', { title: 'No' })
  assert.equal(refused.status, 403)
  assert.equal(refused.body.message, 'Resource not accessible by personal access token')
  assert.equal(
    refused.headers.get('x-accepted-github-permissions'),
    'issues=write; pull_requests=write',
  )
})

test('a private repository is not there for whoever has no part in it', async () => {
  await using at = await startGitHub()
  await at.github.createRepository({ owner: at.owner, name: 'secret', isPrivate: true })
  const stranger = at.github.createUser({ login: 'stranger' })
  const scopes = ['repo']
  const token = at.github.createToken({ kind: 'classic', actor: stranger, scopes })
  const call = at.callWith(token.value)
  assert.equal((await call('GET /repos/octo/secret')).status, 404)
  assert.equal((await at.call('GET /repos/octo/secret')).status, 200)
  assert.equal((await call('POST labels', { name: 'x' })).status, 403)
  const dropped = await call('POST issues', { title: 'Hi', labels: ['bug'], assignees: ['octo'] })
  assert.equal(dropped.status, 201)
  assert.deepEqual([dropped.body.labels, dropped.body.assignees], [[], []])
})

test('fine-grained tokens cannot read checks, whatever they may', async () => {
  await using at = await startGitHub()
  const token = fineGrained(at, { checks: 'write', contents: 'read', statuses: 'read' })
  assert.equal((await token('GET commits/main/check-runs')).status, 403)
  assert.equal((await token('GET commits/main/status')).status, 200)
  assert.equal((await at.call('GET commits/main/check-runs')).status, 200)
})

test('workflow files need the right to change workflows', async () => {
  await using at = await startGitHub()
  const path = 'PUT contents/.github/workflows/ci.yml'
  const content = Buffer.from('on: push').toString('base64')
  const body = { message: 'm', content }
  const without = fineGrained(at, { contents: 'write' })
  assert.equal((await without(path, body)).status, 403)
  const scopes = ['repo']
  const classic = at.github.createToken({ kind: 'classic', actor: at.owner, scopes })
  assert.equal((await at.callWith(classic.value)(path, body)).status, 404)
  const may = fineGrained(at, { contents: 'write', workflows: 'write' })
  assert.equal((await may(path, body)).status, 201)
})

test('Copilot is assigned with the token of a person and ignored with that of an app', async () => {
  await using at = await startGitHub()
  const { github } = at
  const app = github.state.actors.createApp({
    ...{ slug: 'maniple', owner: at.owner, permissions: { issues: 'write' } },
  })
  const installation = github.state.actors.install(app, at.owner)
  const token = github.createToken({
    ...{ kind: 'installation', actor: app.bot, installation, permissions: app.permissions },
  })
  await at.call('POST issues', { title: 'Work' })
  const assignees = ['copilot-swe-agent[bot]']
  const ignored = await at.callWith(token.value)('POST issues/1/assignees', { assignees })
  assert.deepEqual([ignored.status, ignored.body.assignees], [201, []])
  const assigned = await at.call('POST issues/1/assignees', { assignees })
  assert.deepEqual(
    assigned.body.assignees.map(({ login, id }: { login: string; id: number }) => [login, id]),
    [['Copilot', 198_982_749]],
  )
})

test('an app signs in with its JWT, gets an hour of an installation, no more than it was given', async () => {
  await using at = await startGitHub()
  const { github } = at
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const app = github.state.actors.createApp({
    ...{ slug: 'maniple', owner: at.owner, permissions: { issues: 'write' } },
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  })
  const { id } = github.state.actors.install(app, at.owner)
  const jwt = (lasts: number): string => {
    const now = Math.floor(at.clock.now() / 1000)
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
    const head = `${encode({ alg: 'RS256' })}.${encode({ iss: app.id, iat: now, exp: now + lasts })}`
    return `${head}.${createSign('RSA-SHA256').update(head).sign(privateKey, 'base64url')}`
  }
  const asApp = at.callWith(jwt(600))
  assert.equal((await asApp('GET /app')).body.slug, 'maniple')
  assert.equal((await at.callWith(jwt(-1))('GET /app')).status, 401)
  assert.equal((await at.callWith(`${jwt(600)}x`)('GET /app')).status, 401)
  const path = `POST /app/installations/${id}/access_tokens`
  assert.equal((await asApp(path, { permissions: { contents: 'write' } })).status, 422)
  const granted = await asApp(path, {})
  assert.equal(granted.status, 201)
  const call = at.callWith(granted.body.token)
  assert.equal((await call('GET /installation/repositories')).body.total_count, 1)
  assert.equal((await call('POST issues', { title: 'By the app' })).body.user.login, 'maniple[bot]')
  assert.equal((await call('GET /user')).status, 403)
  await at.clock.advance(3_600_000)
  assert.equal((await call('GET issues')).status, 401)
})

test('requests that are no good are refused as GitHub refuses them, and nothing breaks', async () => {
  await using at = await startGitHub()
  const { url } = at.github
  assert.equal((await at.callWith('nonsense')('GET issues')).body.message, 'Bad credentials')
  assert.equal((await fetch(`${url}/user`)).status, 401)
  const nameless = await at.call('GET issues', undefined, { 'user-agent': '' })
  assert.equal(nameless.status, 403)
  const version = { 'x-github-api-version': '2020-01-01' }
  assert.equal((await at.call('GET issues', undefined, version)).status, 400)
  const later = { 'x-github-api-version': '2026-03-10' }
  assert.equal('rate' in (await at.call('GET /rate_limit', undefined, later)).body, false)
  for (const path of [
    'issues/x',
    'issues/-1',
    'issues/1e99',
    'git/ref/%FF',
    'contents/%00',
    'git/blobs/--help',
    'compare/...',
    'commits/%2e%2e',
    'git/trees/HEAD:..',
    'nothing',
  ]) {
    const { status } = await at.call(`GET ${path}`)
    assert.ok(status >= 400 && status < 500, `${path}: ${status}`)
  }
  const bodies = [null, 1, 'text', [], { title: {} }, { title: '' }, { title: 'x'.repeat(257) }]
  for (const body of bodies) {
    const { status } = await at.call('POST issues', body)
    assert.equal(status, 422, JSON.stringify(body))
  }
  const authorization = `Bearer ${at.github.createToken({ kind: 'classic', actor: at.owner, scopes: ['repo'] }).value}`
  const send = async (body: string | Buffer) =>
    await fetch(`${url}/repos/octo/shop/issues`, {
      ...{ method: 'POST', body, headers: { authorization, 'user-agent': 'test' } },
    })
  assert.equal((await send('{')).status, 400)
  assert.equal((await send(Buffer.alloc(26 * 1024 * 1024))).status, 413)
  assert.equal(at.github.stats().byStatus['500'], undefined)
})
