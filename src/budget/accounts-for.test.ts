import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountsFor } from './accounts-for.ts'
import { Cap } from './cap.ts'

const now = new Date('2026-11-30T23:59:59.999Z')
const subject = { runId: 'r1', rootId: 'r0', repository: 'Octo/X', user: 'Ann' }

const capsOf = (...given: Readonly<Record<string, unknown>>[]) =>
  given.map((one) => Cap.parse({ unit: 'usd', amount: 5, ...one }))

const idsOf = (caps: readonly Cap[], given = subject) =>
  accountsFor(caps, given, now).map(({ id }) => id)

test('each scope and period has an account of its own', () => {
  const caps = capsOf(
    { scope: 'run' },
    { scope: 'root', unit: 'tokens' },
    { scope: 'repository', period: 'month' },
    { scope: 'user', period: 'day' },
    { scope: 'organisation', period: 'day', unit: 'ai_credits' },
    { scope: 'all', period: 'day' },
  )
  assert.deepEqual(idsOf(caps), [
    'run:r1:total:usd',
    'root:r0:total:tokens',
    'repository:octo/x:month:usd:2026-11',
    'user:ann:day:usd:2026-11-30',
    'organisation:octo:day:ai_credits:2026-11-30',
    'all:day:usd:2026-11-30',
  ])
})

test('periods end at midnight UTC, over the ends of months and years', () => {
  const caps = capsOf({ scope: 'all', period: 'day' }, { scope: 'all', period: 'month' })
  const endsAt = (time: string) =>
    accountsFor(caps, subject, new Date(time)).map(({ periodEnd }) => periodEnd?.toISOString())
  assert.deepEqual(endsAt('2026-11-30T23:59:59.999Z'), [
    '2026-12-01T00:00:00.000Z',
    '2026-12-01T00:00:00.000Z',
  ])
  assert.deepEqual(endsAt('2028-02-29T00:00:00Z'), [
    '2028-03-01T00:00:00.000Z',
    '2028-03-01T00:00:00.000Z',
  ])
  assert.deepEqual(endsAt('2026-12-31T12:00:00Z'), [
    '2027-01-01T00:00:00.000Z',
    '2027-01-01T00:00:00.000Z',
  ])
})

test('a cap concerns nobody who has no such name, or another than it names', () => {
  const caps = capsOf(
    { scope: 'repository' },
    { scope: 'organisation' },
    { scope: 'user', only: 'bob' },
  )
  assert.deepEqual(idsOf(caps, { ...subject, repository: 'x/y' }).length, 2)
  assert.deepEqual(accountsFor(caps, { ...subject, repository: null, user: null }, now), [])
})

test('a cap for one goes before a cap for each, and the smaller of two alike holds', () => {
  const each = { scope: 'repository', amount: 5 }
  const one = { scope: 'repository', only: 'octo/x', amount: 50 }
  const limits = (...given: Readonly<Record<string, unknown>>[]) =>
    accountsFor(capsOf(...given), subject, now).map(({ limit }) => limit)
  assert.deepEqual(limits(each, one), [50])
  assert.deepEqual(limits(one, each), [50])
  assert.deepEqual(limits(one, { ...one, amount: 7 }, each), [7])
})

test('no name passes itself off as another account', () => {
  const caps = capsOf({ scope: 'user' }, { scope: 'user', period: 'day' })
  const ids = ['a', 'a:total', 'a%3Atotal', 'a b', 'a\0', '\ud800'].flatMap((user) =>
    idsOf(caps, { ...subject, user }),
  )
  assert.ok(ids.every((id) => id.isWellFormed() && !/[\s\0]/.test(id)))
  assert.equal(new Set(ids.filter((id) => id.startsWith('user:a%3A'))).size, 2)
  assert.ok(ids.every((id) => /^user:[^:]+:(total:usd|day:usd:2026-11-30)$/.test(id)))
})

for (const bad of [
  { amount: -1 },
  { amount: Number.NaN },
  { amount: Number.POSITIVE_INFINITY },
  { amount: 1e13 },
  { unit: 'US dollars' },
  { scope: 'all', only: 'x' },
  { scope: 'run', only: 'x' },
  { period: 'year' },
]) {
  test(`a cap with ${JSON.stringify(bad)} is refused`, () => {
    const cap = { scope: 'user', unit: 'usd', amount: 1, ...bad }
    assert.equal(Cap.safeParse(cap).success, false)
  })
}
