import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readOwnActors } from '../../src/workflows/github/own-actors.ts'
import { startGitHub } from '../simulated-github/start-github.ts'
import { openClient } from './open-client.ts'

const { signal } = new AbortController()

test('Maniple knows its own account, though its id is too large for GraphQL', async () => {
  await using at = await startGitHub()
  assert.ok(at.owner.id > 2 ** 31)
  const token = at.github.createToken({ kind: 'classic', actor: at.owner, scopes: ['repo'] })
  const asUser = openClient(at.github, { token: token.value })
  assert.deepEqual(await readOwnActors(asUser, signal), [at.owner.id])
})

test('an App knows its bot', async () => {
  await using at = await startGitHub()
  const { actors } = at.github.state
  const permissions = { issues: 'write' } as const
  const app = actors.createApp({ slug: 'maniple', owner: at.owner, permissions })
  const installation = actors.install(app, at.owner)
  const token = at.github.createToken({
    ...{ kind: 'installation', actor: app.bot, installation, permissions },
  })
  const asApp = openClient(at.github, { token: token.value })
  assert.deepEqual(await readOwnActors(asApp, signal), [app.bot.id])
})

test('while GitHub does not tell who it is, that is a failure and not nobody', async () => {
  await using at = await startGitHub()
  const wrong = openClient(at.github, { token: 'ghp_wrong' })
  await assert.rejects(readOwnActors(wrong, signal), { code: 'github_auth' })
})
