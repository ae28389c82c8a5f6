import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { test } from 'node:test'
import { verify } from '@octokit/webhooks-methods'
import { startWebhooks } from '../../src/simulation/github/webhooks/start-webhooks.ts'
import type { WebhookOptions } from '../../src/simulation/github/webhooks/webhook-options.ts'
import { compareShape } from './compare-shape.ts'
import { createWorld, instantClock, type TestWorld } from './create-world.ts'
import { webhookCheck, webhookExamples } from './webhook-description.ts'
import { explainedDifferences } from './webhook-exemptions.ts'

type Received = {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly event: string
  readonly action: string | null
}
type Answer = (received: Received, count: number) => number | null

/** A receiver that answers with a status; null: not at all. */
async function listen(answer: Answer) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      const { action = null } = JSON.parse(body) as { readonly action?: string }
      const event = String(request.headers['x-github-event'])
      const one = { headers: request.headers, body, event, action }
      received.push(one)
      const status = answer(one, received.length)
      if (status !== null) response.writeHead(status).end('noted')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const close = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${port}/`, received, [Symbol.asyncDispose]: close }
}

const secret = "It's a Secret to Everybody"

async function withHook(
  options: WebhookOptions & { readonly answer?: Answer; readonly owner?: 'Organization' },
  body: (given: TestWorld & Awaited<ReturnType<typeof hookOf>>) => Promise<void>,
): Promise<void> {
  await using given = await createWorld(instantClock(), options.owner ?? 'User')
  await using receiver = await listen(options.answer ?? (() => 202))
  await using webhooks = startWebhooks(given.world, options)
  await body({ ...given, ...(await hookOf(given, receiver, webhooks)) })
}

async function hookOf(
  { world, repository }: TestWorld,
  receiver: Awaited<ReturnType<typeof listen>>,
  webhooks: ReturnType<typeof startWebhooks>,
) {
  const config = { url: receiver.url, contentType: 'json', secret, insecureSsl: '0' }
  const wanted = { config, events: ['*'], isActive: true }
  const hook = world.state.repositories.createHook(repository, wanted)
  const settle = async (): Promise<void> => {
    await webhooks.idle()
    assert.deepEqual(webhooks.failures(), [])
  }
  return { hook, webhooks, received: receiver.received, settle }
}

/** Something of everything that is told. */
async function liveliness({ world, repository, asOwner, owner }: TestWorld): Promise<void> {
  const { issues, links, pulls, repositories, checks, workflows, actors } = world.state
  const label = repositories.label(repository, 'bug')
  assert.ok(label !== undefined)
  const assignment = null
  const parent = issues.create(repository, { title: 'Parent', body: 'x' }, asOwner)
  const child = issues.create(repository, { title: 'Child', labels: [label] }, asOwner)
  issues.assign(child, owner, { by: asOwner, assignment })
  issues.unassign(child, owner, asOwner)
  issues.removeLabel(child, label, asOwner)
  issues.edit(child, { title: 'A child', body: 'changed' }, asOwner)
  const comment = issues.comment(child, 'Said', asOwner)
  issues.editComment(comment, 'Said better', asOwner)
  issues.deleteComment(comment, asOwner)
  links.addSubIssue(parent, child, { by: asOwner })
  links.removeSubIssue(parent, child, asOwner)
  links.addBlockedBy(child, parent, asOwner)
  links.removeBlockedBy(child, parent, asOwner)
  issues.close(parent, 'completed', asOwner)
  issues.reopen(parent, asOwner)
  const request = {
    branch: 'fix',
    files: { 'src/new.ts': '1\n', 'src/a.ts': null },
    message: 'Fix',
  }
  await world.git.commitFiles(repository, request, asOwner)
  const wanted = { title: 'Fix', body: `Fixes #${child.number}`, head: 'fix', base: 'main' }
  const pull = await world.pulls.open(repository, { ...wanted, isDraft: true }, asOwner)
  pulls.markReady(pull, asOwner)
  pulls.markDraft(pull, asOwner)
  pulls.markReady(pull, asOwner)
  issues.addLabel(pull, label, asOwner)
  issues.removeLabel(pull, label, asOwner)
  issues.assign(pull, owner, { by: asOwner, assignment })
  issues.unassign(pull, owner, asOwner)
  issues.edit(pull, { title: 'Fix it' }, asOwner)
  const reviewer = actors.create({ login: 'reviewer' })
  const asReviewer = { ...asOwner, actor: reviewer }
  pulls.requestReview(pull, reviewer, asOwner)
  pulls.removeReviewRequest(pull, reviewer, asOwner)
  const remark = { body: 'Why?', path: 'src/new.ts', line: 1, diffHunk: '@@ -0,0 +1 @@\n+1' }
  const commitId = pull.pull.head.sha
  pulls.review(
    pull,
    { state: 'CHANGES_REQUESTED', body: 'Hm', commitId, comments: [remark] },
    asReviewer,
  )
  await world.git.commitFiles(repository, { ...request, files: { b: '2\n' } }, asOwner)
  const headSha = pull.pull.head.sha
  const run = checks.createRun(
    repository,
    { name: 'ci', headSha, headBranch: 'fix' },
    { app: actors.actionsApp, by: asOwner },
  )
  checks.update(run, { conclusion: 'success' }, asOwner)
  const file = { path: '.github/workflows/ci.yml', name: 'CI', triggers: ['push'] }
  const workflow = workflows.ensure(repository, file)
  const newRun = { workflow, event: 'push', title: 'CI', headBranch: 'fix', headSha }
  const workflowRun = workflows.start(repository, newRun, asOwner)
  workflows.begin(workflowRun)
  workflows.complete(workflowRun, 'success')
  issues.close(pull, null, asOwner)
  issues.reopen(pull, asOwner)
  await world.pulls.merge(pull, { method: 'squash' }, asOwner)
}

test('every payload is as GitHub describes it and as GitHub sent it', async () => {
  await withHook({ owner: 'Organization' }, async (given) => {
    await liveliness(given)
    given.webhooks.ping(given.hook)
    await given.settle()
    const kinds = new Set<string>()
    const problems = new Set<string>()
    for (const { event, action, body } of given.received) {
      const payload: unknown = JSON.parse(body)
      const name = action === null ? event : `${event}.${action}`
      kinds.add(name)
      for (const problem of webhookCheck(event, action)(payload)) {
        problems.add(`${name} (described) ${problem}`)
      }
      for (const problem of compareShape(payload, webhookExamples(event, action))) {
        problems.add(`${name} (example) ${problem}`)
      }
    }
    const unexplained = [...problems].filter(
      (problem) => !explainedDifferences.some(({ pattern }) => pattern.test(problem)),
    )
    assert.deepEqual(unexplained, [])
    for (const { pattern, reason } of explainedDifferences) {
      assert.ok(
        [...problems].some((problem) => pattern.test(problem)),
        `nothing needs: ${reason}`,
      )
    }
    assert.equal(kinds.size, 42)
  })
})

test('it is signed over the bytes that are sent, under a GUID of its own', async () => {
  await withHook({}, async ({ world, repository, asOwner, received, settle, hook }) => {
    world.state.issues.create(repository, { title: 'Ünïcode ✓' }, asOwner)
    await settle()
    const [one] = received
    assert.ok(one !== undefined)
    const { headers, body } = one
    assert.ok(await verify(secret, body, String(headers['x-hub-signature-256'])))
    assert.equal(headers['x-github-event'], 'issues')
    assert.match(String(headers['x-github-delivery']), /^[0-9a-f-]{36}$/)
    assert.equal(headers['x-github-hook-id'], String(hook.id))
    assert.equal(headers['x-github-hook-installation-target-type'], 'repository')
    assert.equal(headers['x-github-hook-installation-target-id'], String(repository.id))
    assert.match(String(headers['user-agent']), /^GitHub-Hookshot\//)
    assert.equal(headers['content-type'], 'application/json')
  })
})

test('a failed delivery is on record, sent again only on request and under its GUID', async () => {
  const answer: Answer = (_, count) => (count === 1 ? 500 : 200)
  await withHook({ answer }, async ({ world, repository, asOwner, hook, webhooks, ...given }) => {
    world.state.issues.create(repository, { title: 'One' }, asOwner)
    await given.settle()
    assert.equal(given.received.length, 1)
    const query = { perPage: 1, cursor: null, status: 'failure' }
    const [failed] = webhooks.list(hook, query).items as { id: number; status_code: number }[]
    assert.equal(failed?.status_code, 500)
    assert.equal(webhooks.redeliver(hook, 1), false)
    assert.equal(webhooks.redeliver(hook, failed.id), true)
    await given.settle()
    const [first, second] = given.received
    assert.equal(first?.headers['x-github-delivery'], second?.headers['x-github-delivery'])
    assert.equal(first?.body, second?.body)
    const all = webhooks.list(hook, { ...query, status: null })
    const rest = webhooks.list(hook, { ...query, status: null, cursor: all.next })
    const shown = [...all.items, ...rest.items] as { redelivery: boolean; status: string }[]
    assert.deepEqual(
      shown.map(({ redelivery, status }) => [redelivery, status]),
      [
        [true, 'OK'],
        [false, 'Invalid HTTP Response: 500'],
      ],
    )
    assert.equal(rest.next, null)
    const detail = webhooks.get(hook, failed.id) as { response: { payload: string } }
    assert.equal(detail.response.payload, 'noted')
  })
})

test('a receiver that does not answer in time has failed', async () => {
  const options = { answer: () => null, grace: 10 }
  await withHook(options, async ({ world, repository, asOwner, hook, webhooks, settle }) => {
    world.state.issues.create(repository, { title: 'One' }, asOwner)
    await settle()
    const [item] = webhooks.list(hook, { perPage: 9, cursor: null, status: null }).items
    assert.equal((item as { status: string }).status, 'timed out')
  })
})

test('what is lost is on record, what vanishes is not, what is doubled has one GUID', async () => {
  const all = { perPage: 100, cursor: null, status: null }
  const tell = async (faults: NonNullable<WebhookOptions['faults']>) => {
    const seen = { received: 0, guids: 0, recorded: 0, failed: 0 }
    await withHook({ faults }, async ({ world, repository, asOwner, hook, webhooks, ...given }) => {
      for (let n = 1; n <= 10; n += 1) {
        world.state.issues.create(repository, { title: `Issue ${n}` }, asOwner)
      }
      await given.settle()
      seen.received = given.received.length
      seen.guids = new Set(given.received.map(({ headers }) => headers['x-github-delivery'])).size
      seen.recorded = webhooks.list(hook, all).items.length
      seen.failed = webhooks.list(hook, { ...all, status: 'failure' }).items.length
    })
    return seen
  }
  assert.deepEqual(await tell({ loses: 1 }), { received: 0, guids: 0, recorded: 10, failed: 10 })
  assert.deepEqual(await tell({ vanishes: 1 }), { received: 0, guids: 0, recorded: 0, failed: 0 })
  const doubled = { received: 20, guids: 10, recorded: 20, failed: 0 }
  assert.deepEqual(await tell({ duplicates: 1 }), doubled)
})
