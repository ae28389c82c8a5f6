import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { AnalysisRequest } from '../../src/contracts/index.ts'
import { testDatabase } from '../support/test-database.ts'
import { caller, endOf, someWorkloads, startApp, submit } from './started-app.ts'

const asked = (workloads: readonly object[]): AnalysisRequest =>
  AnalysisRequest.parse({ repository: 'octo-org/octo-repo', workloads })

async function open(t: TestContext, overrides: Readonly<Record<string, unknown>> = {}) {
  const database = await testDatabase()
  const app = await startApp(database.url, overrides)
  t.after(async () => {
    await app.close()
    await database[Symbol.asyncDispose]()
  })
  return app
}

test('an analysis names the budget that binds, and when it begins anew', async (t) => {
  const cap = { scope: 'all', period: 'day', unit: 'requests', amount: 2 }
  const app = await open(t, { budgets: [cap] })
  const four = asked(someWorkloads(4))
  const fresh = await app.orchestration.analyze(four, caller)
  assert.deepEqual([fresh.bindingLimit.limit, fresh.suggestedWidth], ['budget', 2])
  assert.match(
    fresh.bindingLimit.reason,
    /^the budget all:day:requests:\S+ has 2 of 2 requests left/,
  )
  await endOf(app, (await submit(app, { workloads: someWorkloads(2) })).id)
  const { bindingLimit, insights } = await app.orchestration.analyze(four, caller)
  assert.deepEqual([bindingLimit.limit, bindingLimit.width], ['budget', 0])
  assert.match(
    bindingLimit.reason,
    /has 0 of 2 requests left, too little for a call; it begins anew \d{4}-\d\d-\d\dT00:00:00\.000Z$/,
  )
  assert.ok(insights.includes(`none at the moment: ${bindingLimit.reason}`))
})

test('what takes longest alone, and the longest chain, take no less together', async (t) => {
  const app = await open(t)
  const types = ['code_review', 'testing', 'security_scanning', 'documentation']
  const workloads = types.map((type, index) => ({ id: `w${index}`, type, content: 'Do it' }))
  const apart = await app.orchestration.analyze(asked(workloads), caller)
  const times = apart.workloads.map(({ estimatedMs }) => estimatedMs)
  assert.equal(apart.estimatedMs, Math.max(...times))
  const chain = workloads.map((one, index) => ({
    ...one,
    dependsOn: index === 0 ? [] : [`w${index - 1}`],
  }))
  const inTurn = await app.orchestration.analyze(asked(chain), caller)
  assert.equal(
    inTurn.estimatedMs,
    times.reduce((total, ms) => total + ms, 0),
  )
})
