import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeMarker } from '../../src/policy/index.ts'
import { eventually } from '../support/embedded-server.ts'
import { audited, by, handled, label, receive, repositoryOf, runsOf, secret } from './receiver.ts'
import { repository, type Stage, startStage } from './started-github.ts'

const body = '- Write the parser\n- Write the printer\n'
const maxDepth = 2
const settings = { 'github.webhookSecret': secret, 'loop.maxDepth': maxDepth }

function openIssue(stage: Stage, login: string, text: string): number {
  const { issues } = stage.github.state
  const wanted = { title: 'Two parts', body: text }
  const { number } = issues.create(repositoryOf(stage), wanted, by(stage, login))
  label(stage, number, login)
  return number
}

test('what an agent writes under Maniple’s account starts nothing, however it is put', async () => {
  await using stage = await startStage()
  const app = await stage.start(settings)
  await using _receiver = await receive(stage, app)
  await app.startWorker()
  const marker = { key: 'x', run: null, task: null, root: 'octo/shop#1', depth: 0 }
  const place = { repository, purpose: 'issue.create', number: null }
  const forged = composeMarker(marker, place, 'a secret that is not the installation’s')
  const number = openIssue(stage, 'maniple-bot', body)
  openIssue(stage, 'maniple-bot', `${body}\n${forged}`)
  label(stage, number, 'maniple-bot')
  const issue = repositoryOf(stage).issues.get(number)
  assert.ok(issue !== undefined)
  stage.github.state.issues.comment(issue, '/maniple run', by(stage, 'maniple-bot'))
  // Opened and labelled twice; then unlabelled, labelled and commented on.
  const deliveries = await handled(stage, 7)
  const own = deliveries.filter(({ verdict }) => verdict === 'own')
  assert.ok(own.length >= 4, JSON.stringify(deliveries))
  assert.deepEqual(await runsOf(stage), [])
  const entries = await audited(stage, 'GitHub_Event_Judged', own.length)
  for (const { entry } of entries) assert.match(entry, /account that Maniple acts under/)
  assert.match(entries.map(({ entry }) => entry).join('\n'), /A marker was not accepted/)
})

/** An automation of a person's that opens a labelled issue with the text of a worker's issue. */
async function parrot(stage: Stage, parent: number): Promise<number> {
  const issue = repositoryOf(stage).issues.get(parent)
  assert.ok(issue !== undefined)
  await eventually('the run has a worker issue', () => issue.subIssues.length > 0)
  const text = issue.subIssues[0]?.body ?? ''
  assert.match(text, /<!-- maniple:1 /)
  return openIssue(stage, 'ada', text)
}

test('a chain of issues that carry our text on is stopped at the depth that is allowed', async () => {
  await using stage = await startStage()
  const app = await stage.start(settings)
  await using _receiver = await receive(stage, app)
  await app.startWorker()
  const issues = [openIssue(stage, 'ada', body)]
  for (let depth = 0; depth <= maxDepth; depth += 1) {
    await eventually(`run ${depth} began`, async () => (await runsOf(stage)).length === depth + 1)
    issues.push(await parrot(stage, issues[depth] ?? 0))
  }
  const stopped = await audited(stage, 'GitHub_Event_Judged')
  assert.match(stopped.at(-1)?.entry ?? '', /"verdict":"loop".*at most 2 are allowed/)
  assert.equal(stopped.at(-1)?.actor, 'ada')
  const runs = await runsOf(stage)
  assert.deepEqual(
    runs,
    issues.slice(0, maxDepth + 1).map((issue, depth) => ({ issue, depth })),
  )
})
