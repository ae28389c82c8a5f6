import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startGitHub, type TestGitHub } from './start-github.ts'

const open = async ({ call }: TestGitHub, title: string) =>
  (await call('POST issues', { title })).body

test('issues and pull requests share numbers; labels, comments and edits show up where GitHub shows them', async () => {
  await using at = await startGitHub()
  const { call } = at
  const created = await call('POST issues', {
    title: 'First',
    body: 'Text',
    labels: ['bug', 'new-label'],
    assignees: ['octo'],
  })
  assert.equal(created.status, 201)
  assert.equal(created.headers.get('x-maniple-simulated'), 'true')
  assert.deepEqual(
    created.body.labels.map((label: { name: string }) => label.name),
    ['bug', 'new-label'],
  )
  assert.equal(created.body.assignees[0].login, 'octo')
  assert.ok(created.body.id > 2 ** 31, 'ids do not fit 32 bits')
  const comment = await call('POST issues/1/comments', { body: 'hello' })
  const edited = await call(`PATCH issues/comments/${comment.body.id}`, { body: 'again' })
  assert.equal(edited.body.body, 'again')
  const closed = await call('PATCH issues/1', { state: 'closed', state_reason: 'not_planned' })
  assert.equal(closed.body.state_reason, 'not_planned')
  const timeline = await call('GET issues/1/timeline')
  assert.deepEqual(
    timeline.body.map((entry: { event: string }) => entry.event),
    ['labeled', 'labeled', 'assigned', 'commented', 'closed'],
  )
})

test('a parent takes a hundred sub-issues, each has one parent, and eight levels are the deepest', async () => {
  await using at = await startGitHub({
    limits: { creationsPerMinute: 10_000, creationsPerHour: 10_000, restPointsPerMinute: 100_000 },
  })
  const { call } = at
  const parent = await open(at, 'Parent')
  const children = []
  for (let index = 0; index < 101; index += 1) children.push(await open(at, `Child ${index}`))
  for (const child of children.slice(0, 100)) {
    const added = await call('POST issues/1/sub_issues', { sub_issue_id: child.id })
    assert.equal(added.status, 201)
  }
  const over = await call('POST issues/1/sub_issues', { sub_issue_id: children[100].id })
  assert.equal(over.status, 422)
  assert.equal(over.body.message, 'Parent cannot have more than 100 sub-issues')
  const twice = await call(`POST issues/${children[100].number}/sub_issues`, {
    sub_issue_id: children[0].id,
  })
  assert.equal(twice.status, 422)
  const page = await call('GET issues/1/sub_issues?per_page=30&page=4')
  assert.equal(page.body.length, 10)
  const read = await call('GET issues/1')
  assert.equal(read.body.sub_issues_summary.total, 100)
  assert.equal((await call(`GET issues/${children[0].number}/parent`)).body.id, parent.id)
})

test('the ninth level is refused, and so is a circle', async () => {
  await using at = await startGitHub()
  const { call } = at
  const chain = []
  for (let index = 0; index < 10; index += 1) chain.push(await open(at, `Level ${index}`))
  const statuses = []
  for (const [index, child] of chain.slice(1).entries()) {
    const link = await call(`POST issues/${index + 1}/sub_issues`, { sub_issue_id: child.id })
    statuses.push(link.status)
  }
  assert.deepEqual(statuses, [201, 201, 201, 201, 201, 201, 201, 201, 422])
  const circle = await call('POST issues/9/sub_issues', { sub_issue_id: chain[0].id })
  assert.equal(circle.status, 422)
})

test('an issue is blocked by fifty others at most', async () => {
  await using at = await startGitHub({
    limits: { creationsPerMinute: 10_000, creationsPerHour: 10_000, restPointsPerMinute: 100_000 },
  })
  const { call } = at
  await open(at, 'Blocked')
  for (let index = 0; index < 51; index += 1) {
    const blocker = await open(at, `Blocker ${index}`)
    const added = await call('POST issues/1/dependencies/blocked_by', { issue_id: blocker.id })
    assert.equal(added.status, index < 50 ? 201 : 422)
  }
  const list = await call('GET issues/1/dependencies/blocked_by?per_page=100')
  assert.equal(list.body.length, 50)
  const removed = await call(`DELETE issues/1/dependencies/blocked_by/${list.body[0].id}`)
  assert.equal(removed.status, 200)
})

test('lists are paged by Link headers, a hundred a page at most', async () => {
  await using at = await startGitHub({
    limits: { creationsPerMinute: 10_000, restPointsPerMinute: 100_000 },
  })
  for (let index = 0; index < 105; index += 1) await open(at, `Issue ${index}`)
  const first = await at.call('GET issues?per_page=500')
  assert.equal(first.body.length, 100)
  assert.match(first.headers.get('link') ?? '', /page=2>; rel="next"/)
  const second = await at.call('GET issues?per_page=500&page=2')
  assert.equal(second.body.length, 5)
  assert.doesNotMatch(second.headers.get('link') ?? '', /rel="next"/)
})
