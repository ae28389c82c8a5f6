import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { sign } from '@octokit/webhooks-methods'
import type { App } from '../../src/app.ts'
import { withTransaction } from '../../src/database/index.ts'
import { insertEffect } from '../../src/records/index.ts'
import { eventually } from '../support/embedded-server.ts'
import { repository, type Stage, startStage } from './started-github.ts'

const secret = 'the secret of the webhook'
const body = '- Write the parser\n- Write the printer\n'
const context = new AbortController().signal

/** Worker issues wait for a person; what they would be told by is closed. */
const settings = {
  'github.webhookSecret': secret,
  'github.lookSeconds': 600,
  'gate.effects': JSON.stringify({
    'issue.create': { verdict: 'ask' },
    'issue.dashboard': { verdict: 'deny' },
  }),
}

/** Besides ada, who may write: tess may triage, eve may nothing. */
async function open(): Promise<Stage> {
  const stage = await startStage()
  const { github } = stage
  const { repositories } = github.state
  const shop = repositories.find('octo', 'shop')
  assert.ok(shop !== undefined)
  repositories.grant(shop, github.createUser({ login: 'tess' }), 'triage')
  github.createUser({ login: 'eve' })
  const actor = github.state.actors.find('ada')
  assert.ok(actor !== undefined)
  github.state.issues.create(
    shop,
    { title: 'Two parts', body },
    { actor, app: null, token: 'classic' },
  )
  return stage
}

/** A comment on the issue, as the webhook tells of it; resolves once it was handled, with why. */
async function send(
  stage: Stage,
  app: App,
  { login, text }: { readonly login: string; readonly text: string },
): Promise<string> {
  const sender = stage.github.state.actors.find(login)
  const guid = randomUUID()
  const payload = JSON.stringify({
    ...{ action: 'created', comment: { body: text } },
    ...{ issue: { number: 1, body, labels: [] }, repository: { full_name: repository } },
    sender: { id: sender?.id ?? 1, login, type: login.endsWith('[bot]') ? 'Bot' : 'User' },
  })
  const signature = await sign(secret, payload)
  const event = 'issue_comment'
  await app.webhooks.receive({ event, guid, signature, body: Buffer.from(payload) })
  let reasons: readonly string[] | undefined
  await eventually(`"${text}" is handled`, async () => {
    const { rows } = await stage.database.pool.query<{ reasons: readonly string[] }>(
      `select reasons from maniple.deliveries where guid = $1 and state <> 'stored'`,
      [guid],
    )
    reasons = rows[0]?.reasons
    return reasons !== undefined
  })
  return reasons?.join(' ') ?? ''
}

test('who may write decides on effects in a comment, on those of that repository', async () => {
  await using stage = await open()
  const app = await stage.start(settings)
  const comment = (login: string, text: string) => send(stage, app, { login, text })
  assert.ok(app.github !== null)
  await app.startWorker()
  const { run } = await app.github.start({ repository, issue: 1, requestedBy: 'tess' }, context)
  const asked = async () => await app.gate.list({ state: 'asked', run: run.id, limit: 10 })
  await eventually('both worker issues wait', async () => (await asked()).length === 2)
  const [one, other] = (await asked()).map(({ id }) => id)
  assert.ok(one !== undefined && other !== undefined)

  for (const login of ['eve', 'tess', 'helper[bot]', 'maniple-bot']) {
    await comment(login, `/maniple approve ${one}`)
  }
  assert.match(await comment('tess', `/maniple approve ${one}`), /takes write or more/)
  await comment('ada', `I would say\n/maniple approve ${one}`)
  for (const id of [one, other]) {
    const record = await app.gate.get(id)
    assert.equal(record.state, 'asked', JSON.stringify(record))
  }

  await withTransaction(stage.database.pool, (client) =>
    insertEffect(client, {
      ...{ id: 'elsewhere', key: 'elsewhere', state: 'asked', reasons: [] },
      effect: { type: 'issue.comment', repository: 'octo/other', number: 1, body: 'x' },
      origin: { run: null, task: null, root: 'r', depth: 0, user: null, taint: 'model' },
    }),
  )
  assert.match(
    await comment('ada', '/maniple approve elsewhere'),
    /no effect "elsewhere" in octo\/shop/,
  )
  assert.equal((await app.gate.get('elsewhere')).state, 'asked')

  assert.match(await comment('ada', `/maniple deny ${other} not now`), /denied effect/)
  const denied = await app.gate.get(other)
  assert.deepEqual(
    [denied.state, denied.decidedBy, denied.reasons.at(-1)],
    ['denied', 'ada', 'denied by ada: not now'],
  )
  assert.match(await comment('ada', `/maniple approve ${one}`), /approved effect/)
  // Although the next look is minutes away.
  await eventually('what was approved is done', async () => {
    return (await app.gate.get(one)).state === 'performed'
  })
  assert.match(await comment('ada', `/maniple deny ${one}`), /is performed/)
  // So that nothing is asked of GitHub any more when it goes.
  await comment('ada', '/maniple cancel')
  await eventually('the run has ended', async () => {
    return (await app.runs.get(run.id)).finishedAt !== null
  })
})

test('who may triage cancels the run of an issue in a comment, and nobody else', async () => {
  await using stage = await open()
  const app = await stage.start(settings)
  const comment = (login: string, text: string) => send(stage, app, { login, text })
  assert.ok(app.github !== null)
  await app.startWorker()
  assert.match(await comment('ada', '/maniple cancel'), /no run of octo\/shop#1 is open/)
  const { run } = await app.github.start({ repository, issue: 1, requestedBy: 'tess' }, context)
  assert.match(await comment('eve', '/maniple cancel'), /takes triage or more/)
  assert.equal((await app.runs.get(run.id)).cancelRequested, false)
  assert.match(await comment('tess', '/maniple cancel'), /cancelled run/)
  await eventually('it is cancelled', async () => {
    return (await app.runs.get(run.id)).state === 'cancelled'
  })
})
