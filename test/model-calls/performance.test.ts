import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelCallRecord } from '../../src/contracts/index.ts'
import { keepModelCalls, readPerformance } from '../../src/records/index.ts'
import { testDatabase } from '../support/test-database.ts'
import { endRun } from './end-run.ts'
import { sampleCall, sampleCalls } from './sample-calls.ts'

const now = new Date('2026-11-20T12:00:00.000Z')
const ago = (minutes: number): string => new Date(now.getTime() - minutes * 60_000).toISOString()
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** As percentile_cont has it: between the two nearest, in proportion. */
function percentile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1)
  const below = sorted[Math.floor(place)] ?? 0
  const above = sorted[Math.ceil(place)] ?? 0
  return below + (above - below) * (place - Math.floor(place))
}

/** The last call of a workload, by the rules of docs/metrics.md. */
function isLater(call: ModelCallRecord, than: ModelCallRecord): boolean {
  if (call.attempt !== than.attempt) return call.attempt > than.attempt
  if (call.at !== than.at) return call.at > than.at
  return call.outcome === 'succeeded'
}

function recount(calls: readonly ModelCallRecord[]) {
  const last = new Map<string, ModelCallRecord>()
  for (const call of calls) {
    const key = `${call.runId} ${call.task}`
    const known = last.get(key)
    if (known === undefined || isLater(call, known)) last.set(key, call)
  }
  const candidates = new Set(
    calls.filter((call) => call.arm === 'candidate').map((call) => `${call.runId} ${call.task}`),
  )
  const good = calls.filter((call) => call.outcome === 'succeeded')
  const latencies = good.map((call) => call.latencyMs).sort((one, other) => one - other)
  const done = [...last.values()].filter((call) => call.outcome === 'succeeded').length
  const total = last.size
  return {
    workloads: {
      total,
      succeeded: done,
      failed: total - done,
      successRate: rounded(done / total, 4),
    },
    calls: { total: calls.length, succeeded: good.length, failed: calls.length - good.length },
    latencyMs: {
      mean: rounded(sum(latencies) / latencies.length, 1),
      p50: rounded(percentile(latencies, 0.5), 1),
      p95: rounded(percentile(latencies, 0.95), 1),
      p99: rounded(percentile(latencies, 0.99), 1),
    },
    pilotParticipation: rounded(candidates.size / total, 4),
    tokens: {
      input: sum(calls.map((call) => call.inputTokens)),
      output: sum(calls.map((call) => call.outputTokens)),
    },
    costUsd: rounded(sum(calls.map((call) => call.costUsd ?? 0)), 8),
  }
}

test('the figures of a window are those of an independent recount', async (t) => {
  const { pool } = await testDatabase(t)
  const calls = sampleCalls(7, 3000, now)
  await keepModelCalls(pool, calls)
  const figures = await readPerformance(pool, { windowMinutes: 60, now })
  const inside = calls.filter((call) => call.at > ago(60))
  assert.ok(inside.length > 1000 && inside.length < 2000)
  const expected = recount(inside)
  assert.deepEqual(
    {
      workloads: figures.workloads,
      calls: figures.calls,
      latencyMs: figures.latencyMs,
      pilotParticipation: figures.pilotParticipation,
      tokens: figures.tokens,
      costUsd: figures.costUsd,
    },
    expected,
  )
  assert.equal(figures.from, ago(60))
  assert.equal(figures.to, now.toISOString())
  const shares = ['small', 'large', 'local'].map((model) => {
    const own = inside.filter((call) => call.model === model)
    const good = own.filter((call) => call.outcome === 'succeeded').length
    return {
      model,
      calls: own.length,
      share: rounded(own.length / inside.length, 4),
      successRate: rounded(good / own.length, 4),
    }
  })
  assert.deepEqual(
    figures.modelDistribution,
    shares.sort((one, other) => other.calls - one.calls),
  )
})

test('a workload ended as its last call did, whatever was tried before', async (t) => {
  const { pool } = await testDatabase(t)
  const failed = { outcome: 'failed', errorCode: 'model_failed' } as const
  await keepModelCalls(pool, [
    // Retried, then right.
    sampleCall({ id: 'a1', at: ago(9), task: 'a', attempt: 1, ...failed }),
    sampleCall({ id: 'a2', at: ago(8), task: 'a', attempt: 2 }),
    // A fallback within the same millisecond.
    sampleCall({ id: 'b2', at: ago(8), task: 'b', fallback: true }),
    sampleCall({ id: 'b1', at: ago(8), task: 'b', ...failed }),
    // Right once, but a later attempt failed.
    sampleCall({ id: 'c1', at: ago(7), task: 'c', attempt: 1 }),
    sampleCall({ id: 'c2', at: ago(6), task: 'c', attempt: 2, ...failed }),
    // The same task of another run.
    sampleCall({ id: 'd1', at: ago(6), task: 'a', runId: 'run-2', ...failed }),
  ])
  const { workloads, calls } = await readPerformance(pool, { windowMinutes: 60, now })
  assert.deepEqual(workloads, { total: 4, succeeded: 2, failed: 2, successRate: 0.5 })
  assert.deepEqual(calls, { total: 7, succeeded: 3, failed: 4 })
})

test('a window without calls has no rates, and a price nobody knows is no zero', async (t) => {
  const { pool } = await testDatabase(t)
  const empty = await readPerformance(pool, { windowMinutes: 60, now })
  assert.deepEqual(empty, {
    windowMinutes: 60,
    from: ago(60),
    to: now.toISOString(),
    workloads: { total: 0, succeeded: 0, failed: 0, successRate: null },
    calls: { total: 0, succeeded: 0, failed: 0 },
    latencyMs: { mean: null, p50: null, p95: null, p99: null },
    pilotParticipation: null,
    concurrency: { inUse: 0, capacity: 0, utilisation: null },
    modelDistribution: [],
    speedUp: null,
    parallelEfficiency: null,
    tokens: { input: 0, output: 0 },
    costUsd: null,
  })
  await keepModelCalls(pool, [
    sampleCall({
      id: 'x',
      at: ago(1),
      outcome: 'failed',
      errorCode: 'model_failed',
      costUsd: null,
    }),
  ])
  const failedOnly = await readPerformance(pool, { windowMinutes: 60, now })
  assert.deepEqual(failedOnly.latencyMs, { mean: null, p50: null, p95: null, p99: null })
  assert.equal(failedOnly.workloads.successRate, 0)
  assert.equal(failedOnly.costUsd, null)
})

test('speed-up and efficiency are means over the orchestrations that ended in the window', async (t) => {
  const { pool } = await testDatabase(t)
  const run = { sequentialMs: 6000, criticalPathMs: 2000, slots: 10, wallMs: 2500, endedAt: ago(5) }
  await endRun(pool, { ...run, id: 'one' })
  // Three slots: 12 s of work take 4 s at best.
  await endRun(pool, { ...run, id: 'two', sequentialMs: 12_000, slots: 3, wallMs: 5000 })
  await endRun(pool, { ...run, id: 'other-kind', kind: 'split', wallMs: 100_000 })
  await endRun(pool, { ...run, id: 'too-old', wallMs: 100_000, endedAt: ago(61) })
  await endRun(pool, { ...run, id: 'no-time', wallMs: 0 })
  await endRun(pool, { ...run, id: 'came-to-nothing', succeeded: 0, wallMs: 100_000 })
  const figures = await readPerformance(pool, { windowMinutes: 60, now })
  assert.equal(figures.speedUp, 2.4)
  assert.equal(figures.parallelEfficiency, 0.8)
})

test('concurrency is that of the model lanes, now', async (t) => {
  const { pool } = await testDatabase(t)
  await pool.query(`insert into maniple.lanes (id, capacity, held)
    values ('model:small', 6, 3), ('model:large', 2, 1), ('agent:command', 50, 50)`)
  const { concurrency } = await readPerformance(pool, { windowMinutes: 60, now })
  assert.deepEqual(concurrency, { inUse: 4, capacity: 8, utilisation: 0.5 })
})
