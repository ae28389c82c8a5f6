import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sign } from '@octokit/webhooks-methods'
import type { App } from '../../src/app.ts'
import { claimDeliveries } from '../../src/records/index.ts'
import { eventually } from '../support/embedded-server.ts'
import { audited, by, handled, label, receive, repositoryOf, runsOf, secret } from './receiver.ts'
import { repository, type Stage, startStage } from './started-github.ts'

const body = '- Write the parser\n- Write the printer\n'

/** Worker issues wait for a person, so that a run stays open for as long as a test looks at it. */
const settings = {
  'github.webhookSecret': secret,
  'gate.effects': JSON.stringify({
    'issue.create': { verdict: 'ask' },
    'issue.dashboard': { verdict: 'deny' },
  }),
}

function openIssue(stage: Stage): number {
  const { issues } = stage.github.state
  return issues.create(repositoryOf(stage), { title: 'Two parts', body }, by(stage, 'ada')).number
}

function comment(stage: Stage, login: string, text: string): void {
  const issue = repositoryOf(stage).issues.get(1)
  assert.ok(issue !== undefined)
  stage.github.state.issues.comment(issue, text, by(stage, login))
}

test('a label starts one run, though every delivery comes twice and the label is set twice', async () => {
  await using stage = await startStage({ webhooks: { faults: { duplicates: 1 } } })
  const app = await stage.start(settings)
  await using received = await receive(stage, app)
  await app.startWorker()
  const number = openIssue(stage)
  label(stage, number, 'ada')
  await handled(stage, 2)
  label(stage, number, 'ada')
  const deliveries = await handled(stage, 4)
  await eventually('each delivery came twice', () => received.statuses.length === 8)
  assert.deepEqual(received.statuses.toSorted(), [
    ...['duplicate', 'duplicate', 'duplicate', 'duplicate'],
    ...['stored', 'stored', 'stored', 'stored'],
  ])
  assert.deepEqual(await runsOf(stage), [{ issue: number, depth: 0 }])
  assert.match(deliveries.map(({ reasons }) => reasons.join(' ')).join('\n'), /is open already/)
})

test('a command starts a run for a person with write, and for nobody else', async () => {
  await using stage = await startStage()
  stage.github.createUser({ login: 'eve' })
  const app = await stage.start(settings)
  await using _receiver = await receive(stage, app)
  await app.startWorker()
  const number = openIssue(stage)
  for (const text of ['/maniple run', 'Please\n/maniple run', '> /maniple run']) {
    comment(stage, 'eve', text)
  }
  await handled(stage, 4)
  assert.deepEqual(await runsOf(stage), [])
  const [refused, ...more] = await audited(stage, 'GitHub_Run_Refused')
  assert.deepEqual([refused?.actor, refused?.result, more], ['eve', 'DENIED', []])
  assert.match(refused?.entry ?? '', /starting a run takes triage or more/)
  comment(stage, 'ada', '/maniple run')
  await handled(stage, 5)
  assert.deepEqual(await runsOf(stage), [{ issue: number, depth: 0 }])
})

test('what Maniple’s own account does starts nothing', async () => {
  await using stage = await startStage()
  const app = await stage.start(settings)
  await using _receiver = await receive(stage, app)
  await app.startWorker()
  const number = openIssue(stage)
  label(stage, number, 'maniple-bot')
  comment(stage, 'maniple-bot', '/maniple run')
  const deliveries = await handled(stage, 3)
  const own = deliveries.filter(({ sender }) => sender === 'maniple-bot')
  assert.deepEqual(
    own.map(({ verdict }) => verdict),
    ['own', 'own'],
    JSON.stringify(deliveries),
  )
  assert.deepEqual(await runsOf(stage), [])
  const entries = await audited(stage, 'GitHub_Event_Judged', 2)
  for (const { entry } of entries) assert.match(entry, /account that Maniple acts under/)
})

async function deliver({ webhooks }: App, number: number, guid: string): Promise<void> {
  const payload = JSON.stringify({
    ...{ action: 'labeled', label: { name: 'parallel-execution' } },
    ...{ issue: { number, body, labels: [] }, repository: { full_name: repository } },
    sender: { id: 1, login: 'ada', type: 'User' },
  })
  const signature = await sign(secret, payload)
  const delivery = { event: 'issues', guid, signature, body: Buffer.from(payload) }
  assert.equal((await webhooks.receive(delivery)).status, 'stored')
}

test('what a killed process had taken is handled by the next one, whatever it had done of it', async () => {
  await using stage = await startStage()
  const [begun, untouched] = [openIssue(stage), openIssue(stage)]
  const app = await stage.start(settings)
  await deliver(app, begun, 'guid-0001')
  await deliver(app, untouched, 'guid-0002')
  const killed = { holder: 'killed', limit: 10, leaseMs: 1 }
  assert.equal((await claimDeliveries(stage.database.pool, killed)).length, 2)
  // It had begun the run of the first and not yet written that down.
  const start = { repository, issue: begun, requestedBy: 'ada' }
  await app.github?.start(start, new AbortController().signal)
  await app.startWorker()
  await handled(stage, 2)
  const issues = (await runsOf(stage)).map(({ issue }) => issue)
  assert.deepEqual(issues, [begun, untouched])
})
