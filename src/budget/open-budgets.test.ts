import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountsFor } from './accounts-for.ts'
import { Cap } from './cap.ts'
import { openBudgets } from './open-budgets.ts'

const now = new Date('2026-11-30T23:59:59.999Z')
const caps = [
  { scope: 'all', period: 'day', unit: 'usd', amount: 100 },
  { scope: 'run', unit: 'requests', amount: 7 },
  { scope: 'user', period: 'month', unit: 'tokens', amount: 9 },
  { scope: 'user', period: 'month', unit: 'tokens', amount: 8 },
  { scope: 'user', period: 'month', unit: 'tokens', amount: 50, only: 'Ann: x' },
  { scope: 'repository', period: 'day', unit: 'usd', amount: 3, only: 'Octo/X' },
].map((cap) => Cap.parse(cap))

test('open budgets name the very accounts that calls count against, with their limits', () => {
  const open = openBudgets(caps, now)
  for (const [user, repository] of [
    ['ann: x', 'octo/x'],
    ['Bob', 'octo/x'],
  ] as const) {
    const subject = { runId: 'r1', rootId: 'r1', repository, user }
    for (const { id, limit, periodEnd } of accountsFor(caps, subject, now)) {
      const found = open.find(({ scope, suffix }) => id.startsWith(scope) && id.endsWith(suffix))
      assert.ok(found !== undefined, id)
      const name = id.slice(found.scope.length + 1, id.length - found.suffix.length)
      assert.equal(found.limitOf(name), limit, id)
      assert.deepEqual(found.periodEnd, periodEnd)
    }
  }
})

test('caps alike are one budget, and a name that no cap concerns has no limit', () => {
  const open = openBudgets(caps, now)
  assert.deepEqual(
    open.map(({ scope, suffix }) => scope + suffix),
    [
      'all:day:usd:2026-11-30',
      'run:total:requests',
      'user:month:tokens:2026-11',
      'repository:day:usd:2026-11-30',
    ],
  )
  assert.equal(open[3]?.limitOf('octo/y'), null)
})
