import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { testDatabase } from '../support/test-database.ts'
import { endOf, openApp, someWorkloads, startApp, submit } from './started-app.ts'

const database = await testDatabase()
after(() => database[Symbol.asyncDispose]())

/** The configuration of one process: these models and no other. */
const withModels = (...names: readonly string[]) => ({
  models: Object.fromEntries(names.map((name) => [name, { provider: 'simulated', model: name }])),
})

/** A guard against hanging only. */
const timeout = 120_000

test('processes with different models each perform their own tasks', { timeout }, async () => {
  await using one = await startApp(database.url, withModels('alpha'))
  await using other = await startApp(database.url, withModels('beta'))
  const given = await Promise.all(
    [one, other, one, other].map((app) => submit(app, { workloads: someWorkloads(20), slots: 20 })),
  )
  for (const [index, app] of [one, other, one, other].entries()) {
    const { id } = given[index] ?? assert.fail()
    assert.equal((await endOf(app, id)).state, 'succeeded')
    const { workloads, modelsUsed } = await app.orchestration.result(id)
    assert.deepEqual(modelsUsed, [app === one ? 'alpha' : 'beta'])
    assert.deepEqual([...new Set(workloads.map(({ attempts }) => attempts))], [1])
  }
})

test('what nobody can serve waits and says for which model, until somebody has it', {
  timeout,
}, async () => {
  await using one = await openApp(database.url, withModels('gamma'))
  await using other = await startApp(database.url, withModels('delta'))
  const { id } = await submit(one, { workloads: someWorkloads(10) })
  // The worker that lives has had every chance to take them.
  const own = await submit(other, { workloads: someWorkloads(30) })
  assert.equal((await endOf(other, own.id)).state, 'succeeded')
  const waiting = await one.runs.get(id)
  assert.deepEqual([waiting.state, waiting.counts.ready], ['queued', 10])
  assert.equal(waiting.limit?.reason, 'worker')
  assert.match(waiting.limit?.subject ?? '', /^a worker that has the model "gamma"/)
  await using again = await startApp(database.url, withModels('epsilon', 'gamma'))
  assert.equal((await endOf(again, id)).counts.succeeded, 10)
})

test('a task whose first model a process lacks is performed there by the next, and says so', {
  timeout,
}, async () => {
  await using one = await openApp(database.url, withModels('first', 'shared'))
  const { id } = await submit(one, { workloads: someWorkloads(10) })
  await using other = await startApp(database.url, withModels('shared'))
  assert.equal((await endOf(other, id)).counts.succeeded, 10)
  const { workloads } = await other.orchestration.result(id)
  for (const { model, fallback, fallbackReason, routing } of workloads) {
    assert.equal(model, 'shared')
    const isFallback = routing.models.order[0] === 'first'
    assert.equal(fallback, isFallback)
    const reason = isFallback ? { from: 'first', code: 'not_configured' } : undefined
    assert.deepEqual(fallbackReason, reason)
  }
  assert.ok(workloads.some(({ fallback }) => fallback))
})
