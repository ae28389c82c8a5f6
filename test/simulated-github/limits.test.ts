import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startGitHub } from './start-github.ts'

test('the eighty-first creation within a minute is refused until the first is a minute old', async () => {
  await using at = await startGitHub()
  for (let index = 0; index < 80; index += 1) {
    assert.equal((await at.call('POST issues', { title: `Issue ${index}` })).status, 201)
    await at.clock.advance(100)
  }
  const refused = await at.call('POST issues', { title: 'One too many' })
  assert.equal(refused.status, 403)
  assert.equal(refused.headers.get('retry-after'), '52')
  assert.match(refused.body.message, /temporarily blocked from content creation/)
  await at.clock.advance(51_999)
  assert.equal((await at.call('POST issues', { title: 'Still' })).status, 403)
  await at.clock.advance(1)
  assert.equal((await at.call('POST issues', { title: 'Again' })).status, 201)
  const { limited, creations, worstMinute, smallestWriteGapMs } = at.github.stats()
  assert.deepEqual(limited, { primary: 0, secondary: 2 })
  assert.equal(creations, 81)
  assert.equal(worstMinute.creations, 80)
  assert.equal(smallestWriteGapMs, 100)
})

test('five hundred creations an hour are the most, however slowly they come', async () => {
  await using at = await startGitHub()
  for (let index = 0; index < 500; index += 1) {
    assert.equal((await at.call('POST issues', { title: `Issue ${index}` })).status, 201)
    await at.clock.advance(1000)
  }
  assert.equal((await at.call('POST issues', { title: 'More' })).status, 403)
  await at.clock.advance(3_600_000 - 500_000)
  assert.equal((await at.call('POST issues', { title: 'More' })).status, 201)
})

test('nine hundred points a minute: a write costs five, a read one', async () => {
  await using at = await startGitHub()
  await at.call('POST issues', { title: 'Issue' })
  for (let index = 0; index < 178; index += 1) {
    assert.equal((await at.call('PATCH issues/1', { title: `Issue ${index}` })).status, 200)
  }
  for (let index = 0; index < 5; index += 1) {
    assert.equal((await at.call('GET issues/1')).status, 200)
  }
  const refused = await at.call('GET issues/1')
  assert.equal(refused.status, 403)
  assert.equal(refused.headers.get('retry-after'), '60')
  assert.match(refused.body.message, /secondary rate limit/)
})

test('the hourly budget is shared by all tokens of a user, shown in headers, and starts anew', async () => {
  await using at = await startGitHub({ limits: { restPerHour: 3 } })
  const other = at.github.createToken({ kind: 'classic', actor: at.owner, scopes: ['repo'] })
  const first = await at.call('GET issues')
  assert.equal(first.headers.get('x-ratelimit-remaining'), '2')
  assert.equal(first.headers.get('x-ratelimit-resource'), 'core')
  await at.callWith(other.value)('GET issues')
  await at.call('GET issues')
  const refused = await at.call('GET issues')
  assert.equal(refused.status, 403)
  assert.equal(refused.headers.get('x-ratelimit-remaining'), '0')
  assert.match(refused.body.message, /^API rate limit exceeded for user ID/)
  assert.equal((await at.call('GET /rate_limit')).body.resources.core.remaining, 0)
  const reset = Number(refused.headers.get('x-ratelimit-reset')) * 1000
  await at.clock.advance(reset - at.clock.now() - 1)
  assert.equal((await at.call('GET issues')).status, 403)
  await at.clock.advance(1)
  assert.equal((await at.call('GET issues')).status, 200)
})

test('what did not change answers 304 and costs nothing of the hourly budget', async () => {
  await using at = await startGitHub()
  await at.call('POST issues', { title: 'Issue' })
  const first = await at.call('GET issues/1')
  const etag = first.headers.get('etag') ?? ''
  const again = await at.call('GET issues/1', undefined, { 'if-none-match': etag })
  assert.equal(again.status, 304)
  assert.equal(again.body, '')
  assert.equal(again.headers.get('x-ratelimit-used'), first.headers.get('x-ratelimit-used'))
  await at.call('PATCH issues/1', { title: 'Changed' })
  const changed = await at.call('GET issues/1', undefined, { 'if-none-match': etag })
  assert.equal(changed.status, 200)
  assert.equal(at.github.stats().notModified, 1)
})

test('the hundred-and-first request at once is refused', async () => {
  await using at = await startGitHub({
    limits: { concurrent: 2 },
    workflows: () => ({ queuedMs: 0, runningMs: 0, conclusion: 'success' }),
  })
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => at.call('GET compare/main...main')),
  )
  const statuses = answers.map(({ status }) => status)
  assert.ok(statuses.includes(200))
  assert.ok(statuses.includes(403))
})

test('GraphQL has points of its own, and says in a 200 that they are spent', async () => {
  await using at = await startGitHub({ limits: { graphqlPointsPerHour: 1 } })
  const query = { query: '{ viewer { login } }' }
  assert.equal((await at.call('POST /graphql', query)).body.data.viewer.login, 'octo')
  const refused = await at.call('POST /graphql', query)
  assert.equal(refused.status, 200)
  assert.equal(refused.body.errors[0].type, 'RATE_LIMITED')
  assert.equal(refused.headers.get('x-ratelimit-resource'), 'graphql')
  assert.equal((await at.call('GET issues')).status, 200)
  assert.equal(at.github.stats().graphqlPoints, 1)
})
