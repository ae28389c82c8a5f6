import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AssignmentRules, assignArm, stablePlace } from './assign-arm.ts'

const rules: AssignmentRules = {
  pilot: 'trial',
  state: 'running',
  participation: 0.25,
  eligibility: { repositories: [], users: [] },
}
const keys = Array.from({ length: 20_000 }, (_, index) => `acme/shop#${index}`)
const request = { repository: 'acme/shop', user: 'ann', key: 'acme/shop#1' }
const candidates = (participation: number) =>
  keys.filter(
    (key) => assignArm({ ...request, key }, { ...rules, participation })?.arm === 'candidate',
  )

test('the share of the keys is the participation', () => {
  for (const share of [0.05, 0.25, 0.5]) {
    const observed = candidates(share).length / keys.length
    // Five standard deviations at most.
    assert.ok(Math.abs(observed - share) < 5 * Math.sqrt((share * (1 - share)) / keys.length))
  }
})

test('who is in stays in when the share grows', () => {
  const [few, more] = [candidates(0.05), new Set(candidates(0.15))]
  assert.ok(few.length > 0 && few.length < more.size)
  assert.deepEqual(
    few.filter((key) => !more.has(key)),
    [],
  )
})

test('nobody is in at a share of 0, everybody at 1', () => {
  assert.equal(candidates(0).length, 0)
  assert.equal(candidates(1).length, keys.length)
})

test('a place never changes: it is part of what is stored', () => {
  assert.equal(stablePlace('trial', 'acme/shop#1'), 0.694183362040512)
  assert.notEqual(stablePlace('other', 'acme/shop#1'), stablePlace('trial', 'acme/shop#1'))
})

test('only a pilot that runs or was promoted assigns', () => {
  for (const state of ['idle', 'stopped', 'rolled_back'] as const) {
    assert.equal(assignArm(request, { ...rules, state, participation: 1 }), null)
  }
  const promoted = assignArm(request, { ...rules, state: 'promoted', participation: 0 })
  assert.equal(promoted?.arm, 'candidate')
})

const eligibilityCases = [
  [['acme/shop'], [], 'acme/shop', 'ann', true],
  [['Acme/Shop'], [], 'acme/shop', null, true],
  [['acme/*'], [], 'acme/shop', 'ann', true],
  [['acme/*'], [], 'acme-evil/shop', 'ann', false],
  [['acme/shop'], [], 'acme/shop2', 'ann', false],
  [['acme/shop'], [], null, 'ann', false],
  [[], ['ann'], 'acme/shop', 'Ann', true],
  [[], ['ann'], 'acme/shop', 'bob', false],
  [[], ['ann'], 'acme/shop', null, false],
  [['acme/shop'], ['ann'], 'acme/other', 'ann', false],
] as const

for (const [repositories, users, repository, user, admitted] of eligibilityCases) {
  test(`lists ${JSON.stringify({ repositories, users })} and ${repository}, ${user}`, () => {
    const eligibility = { repositories, users }
    const found = assignArm({ ...request, repository, user }, { ...rules, eligibility })
    assert.equal(found !== null, admitted)
  })
}
