import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { keepModelCalls, readOutcomes, runModelCalls } from '../../src/records/index.ts'
import { testDatabase } from '../support/test-database.ts'
import { sampleCall, sampleCalls } from './sample-calls.ts'

const now = new Date('2026-11-20T12:00:00.000Z')
const at = (second: number): string => new Date(now.getTime() + second * 1000).toISOString()
const failed = { outcome: 'failed', errorCode: 'model_failed' } as const

test('a call that is kept already stays as it is', async (t) => {
  const { pool } = await testDatabase(t)
  const first = sampleCall({ id: 'a', pilot: 'trial', arm: 'candidate', repaired: true })
  const second = sampleCall({ id: 'b', task: 'w2', costUsd: null, user: null, repository: null })
  await keepModelCalls(pool, [first, second, first])
  await keepModelCalls(pool, [sampleCall({ id: 'a', model: 'another' }), second])
  await keepModelCalls(pool, [])
  assert.deepEqual(await runModelCalls(pool, 'run-1'), [first, second])
  assert.deepEqual(await runModelCalls(pool, 'run-2'), [])
})

test('calls kept in a transaction that is rolled back are gone with it', async (t) => {
  const { pool } = await testDatabase(t)
  const client = await pool.connect()
  await client.query('begin')
  await keepModelCalls(client, [sampleCall()])
  await client.query('rollback')
  client.release()
  assert.deepEqual(await runModelCalls(pool, 'run-1'), [])
})

test('outcomes are counted by model, task type and complexity, since then', async (t) => {
  const { pool } = await testDatabase(t)
  const calls = sampleCalls(11, 1500, now)
  await keepModelCalls(pool, calls)
  const since = new Date(now.getTime() - 60 * 60_000)
  const outcomes = await readOutcomes(pool, { since })
  assert.equal(outcomes.length, 3 * 2 * 3)
  for (const outcome of outcomes) {
    const { model, taskType, complexity } = outcome
    const own = calls.filter(
      (call) =>
        call.model === model &&
        call.taskType === taskType &&
        call.complexity === complexity &&
        call.at >= since.toISOString(),
    )
    const good = own.filter((call) => call.outcome === 'succeeded')
    const priced = own.flatMap((call) => (call.costUsd === null ? [] : [call.costUsd]))
    assert.equal(outcome.calls, own.length)
    assert.equal(outcome.successes, good.length)
    assertNear(outcome.meanLatencyMs, mean(good.map((call) => call.latencyMs)))
    assertNear(outcome.meanCostUsd, mean(priced))
  }
})

test('only the newest 200 calls of a group count', async (t) => {
  const { pool } = await testDatabase(t)
  const group = Array.from({ length: 500 }, (_, n) =>
    sampleCall({ id: `old-${n}`, at: at(n), ...(n < 350 ? failed : {}) }),
  )
  await keepModelCalls(pool, group)
  const [outcome] = await readOutcomes(pool, { since: now })
  assert.equal(outcome?.calls, 200)
  assert.equal(outcome?.successes, 150)
})

test('neither cancelled calls nor what was simulated before speak of a model', async (t) => {
  const { pool } = await testDatabase(t)
  await keepModelCalls(pool, [
    sampleCall({ id: '1', at: at(1), simulated: true, latencyMs: 1 }),
    sampleCall({ id: '2', at: at(2), latencyMs: 500 }),
    sampleCall({ id: '3', at: at(3), outcome: 'failed', errorCode: 'cancelled' }),
    sampleCall({ id: '4', at: at(4), ...failed, costUsd: null }),
    sampleCall({ id: '5', at: at(5), model: 'quiet', outcome: 'failed', errorCode: 'cancelled' }),
  ])
  assert.deepEqual(await readOutcomes(pool, { since: now }), [
    {
      model: 'small',
      taskType: 'code_review',
      complexity: 'medium',
      calls: 2,
      successes: 1,
      meanLatencyMs: 500,
      meanCostUsd: 0.0025,
    },
  ])
})

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length

function assertNear(found: number | null, expected: number): void {
  assert.ok(z.number().parse(found) - expected < 1e-6 && expected - z.number().parse(found) < 1e-6)
}
