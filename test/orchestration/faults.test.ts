import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pool } from 'pg'
import type { App } from '../../src/app.ts'
import type { Run } from '../../src/contracts/index.ts'
import { type SimulatedProvider, startSimulatedProvider } from '../../src/simulation/index.ts'
import { eventually } from '../support/embedded-server.ts'
import { testDatabase } from '../support/test-database.ts'
import { openStage } from './faults-host.ts'
import { openingsOf, rememberOpenings } from './faults-openings.ts'
import { startRefusingProvider } from './faults-refusals.ts'
import { endOf, heldPlaces, someWorkloads, startApp, submit } from './started-app.ts'

type ModelSettings = Readonly<Record<string, unknown>>

const lane = 'model:shaky'
/** Only ends a test that has failed. */
const limit = { timeout: 180_000 }

/** One of the provider's models, as if it were no simulation. */
const modelAt = (provider: SimulatedProvider, settings: ModelSettings = {}): ModelSettings => ({
  ...{ provider: 'openai-compatible', baseUrl: provider.baseUrl, apiKey: provider.apiKey },
  ...{ concurrency: 100, timeoutSeconds: 2, ...settings },
})

/** Every workload goes to the first of these that can, and to the others in their order. */
const preferring = (models: readonly string[]) => ({ documentation: { models } })

function documents(count: number) {
  return someWorkloads(count).map((one) => ({ ...one, type: 'documentation' }))
}

/** Ids under which calls are on record. */
async function recordedCalls(pool: Pool): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ id: string }>('select id from maniple.model_calls')
  return new Set(rows.map(({ id }) => id))
}

async function attemptsThat(pool: Pool, outcomes: readonly string[]): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'select count(*)::int as count from maniple.attempts where outcome::text = any ($1)',
    [outcomes],
  )
  return rows[0]?.count ?? 0
}

const endsOf = (app: App, runs: readonly Run[]): Promise<readonly Run[]> =>
  Promise.all(runs.map(({ id }) => endOf(app, id)))

test(
  'with a tenth of all calls failing, 1,000 workloads in three processes succeed',
  limit,
  async (t) => {
    const names = ['one', 'two', 'three']
    await using provider = await startSimulatedProvider({
      ...{ seed: 7, latencyMs: 250, retryAfterMs: 200, models: names },
      faults: { rate429: 0.034, rate500: 0.033, rateTimeout: 0.033 },
    })
    const models = Object.fromEntries(names.map((model) => [model, modelAt(provider, { model })]))
    const overrides = { models, specialists: preferring(names) }
    const { app, pool } = await openStage(t, { processes: 3, slots: 40, overrides })
    const runs = await Promise.all(
      Array.from({ length: 4 }, () => submit(app, { workloads: documents(250), slots: 20 })),
    )
    const ended = await endsOf(app, runs)
    const results = await Promise.all(ended.map(({ id }) => app.orchestration.result(id)))
    for (const { error, attempts } of results.flatMap(({ workloads }) => workloads)) {
      if (error !== null) t.diagnostic(`failed after ${attempts} attempts: ${error.message}`)
    }
    const succeeded = ended.reduce((sum, { counts }) => sum + counts.succeeded, 0)
    const figures = await app.orchestration.performance(60)
    const calls = provider.calls()
    const { byStatus } = provider.stats()
    t.diagnostic(`${succeeded} of 1,000 workloads succeeded`)
    t.diagnostic(`${calls.length} calls: ${JSON.stringify(byStatus)}`)
    t.diagnostic(`latency in ms: ${JSON.stringify(figures.latencyMs)}`)
    t.diagnostic(`efficiency ${figures.parallelEfficiency}, speed-up ${figures.speedUp}`)
    assert.ok(succeeded >= 980, `${succeeded} of 1,000 succeeded`)
    const faults = (byStatus['429'] ?? 0) + (byStatus['500'] ?? 0) + (byStatus.aborted ?? 0)
    assert.ok(faults > 0.07 * calls.length, `${faults} of ${calls.length} calls failed`)
    const recorded = await recordedCalls(pool)
    const forgotten = calls.filter(({ eventId }) => !recorded.has(eventId ?? ''))
    // What a worker had not written yet when it was out of touch for long is done again by others.
    const isSound = forgotten.length === 0 || (await attemptsThat(pool, ['lost', 'released'])) > 0
    assert.ok(isSound, `calls that are not on record: ${JSON.stringify(forgotten)}`)
    assert.equal(new Set(calls.map(({ eventId }) => eventId)).size, calls.length)
    assert.equal(await heldPlaces(pool), 0)
  },
)

test(
  'three processes leave a model alone whose breaker opened, but for one probe at a time',
  limit,
  async (t) => {
    await using steady = await startSimulatedProvider({
      ...{ seed: 1, latencyMs: 250, models: ['steady'] },
    })
    await using shaky = await startSimulatedProvider({
      ...{ seed: 1, latencyMs: 250, models: ['shaky'] },
    })
    const models = {
      shaky: modelAt(shaky, { model: 'shaky', concurrency: 20, timeoutSeconds: 10 }),
      steady: modelAt(steady, { model: 'steady', concurrency: 20, timeoutSeconds: 10 }),
    }
    const overrides = {
      ...{ models, specialists: preferring(['shaky', 'steady']), 'routing.adaptive': false },
      ...{ 'breaker.openSeconds': 2, 'breaker.calls': 10 },
    }
    const { app, pool } = await openStage(t, { processes: 3, slots: 15, overrides })
    await rememberOpenings(pool)
    const { id } = await submit(app, { workloads: documents(3000), slots: 40 })
    await eventually('the model is in use', () => shaky.stats().calls > 30)
    const failing = Array.from({ length: 10_000 }, () => 'server-error' as const)
    shaky.failNext(...failing)
    await eventually('a probe failed', async () => (await openingsOf(pool, lane)).length === 2)
    const openings = await openingsOf(pool, lane)
    const [first, second] = openings
    assert.ok(first !== undefined && second !== undefined)
    // Somebody mends it: the next probe goes well, and all the others come back.
    await shaky.close()
    await using mended = await startSimulatedProvider({
      ...{ seed: 2, latencyMs: 250, models: ['shaky'], port: shaky.port },
    })
    await eventually('the model is in use again', () => mended.stats().calls > 40)
    const { counts } = await app.runs.cancel(id)
    assert.equal(counts.failed, 0)
    await endOf(app, id)
    assert.equal((await openingsOf(pool, lane)).length, 2)
    const starts = [...shaky.calls(), ...mended.calls()].map(({ startedAt }) => startedAt)
    const late = starts.filter((start) => start > first.openedAt && start <= first.openedAt + 1000)
    const latest = Math.max(0, ...late.map((start) => start - first.openedAt))
    t.diagnostic(
      `${starts.length} calls, ${late.length} after the breaker opened, ${Math.round(latest)} ms at most`,
    )
    const between = (from: number, to: number): number =>
      starts.filter((start) => start > from && start < to).length
    assert.equal(between(first.openedAt + 1000, first.shutUntil), 0)
    assert.equal(between(first.shutUntil, second.openedAt), 1, 'the probe that failed')
    assert.equal(between(second.openedAt, second.shutUntil), 0)
    // Nobody else before the probe that went well was answered.
    const [probe = 0, next = 0] = mended.calls().map(({ startedAt }) => startedAt)
    const soonest = 250 * 0.75
    assert.ok(next - probe >= soonest - 2, `the next call came ${next - probe} ms after the probe`)
    assert.equal(await heldPlaces(pool), 0)
  },
)

/** Specialists whose first choice answers so, and what the workload then fails with. */
const refusals = [
  { status: 401, type: 'documentation', code: 'model_auth' },
  { status: 403, type: 'code_review', code: 'model_auth' },
  { status: 404, type: 'code_generation', code: 'model_auth' },
  { status: 410, type: 'issue_management', code: 'model_gone' },
] as const

/** How often at most a task was refused by the same model. */
async function mostRefusals(pool: Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ most: number }>(
    `select max(calls)::int as most from (
       select count(*) as calls from maniple.model_calls
       where error_code in ('model_auth', 'model_gone') group by run_id, task, model) x`,
  )
  return rows[0]?.most
}

test(
  'a model that refuses for good is called once by a process, never again, and others answer',
  limit,
  async (t) => {
    await using refusing = await startRefusingProvider()
    await using well = await startSimulatedProvider({ seed: 1, latencyMs: 50, models: ['well'] })
    const refused = refusals.map(({ status }) => [
      `refusing-${status}`,
      // One place: who is called next knows what became of the call before, unless it just happened.
      { provider: 'openai-compatible', baseUrl: refusing.baseUrl(status), concurrency: 1 },
    ])
    const patient = { model: 'well', timeoutSeconds: 60 }
    const models = { ...Object.fromEntries(refused), well: modelAt(well, patient) }
    const specialists = Object.fromEntries(
      refusals.map(({ status, type }) => [type, { models: [`refusing-${status}`, 'well'] }]),
    )
    const overrides = { models, specialists, 'routing.adaptive': false }
    const { app, pool } = await openStage(t, { processes: 3, slots: 20, overrides })
    const workloads = someWorkloads(240).map((one, n) => ({ ...one, type: refusals[n % 4]?.type }))
    const callsOf = () => refusals.map(({ status }) => refusing.calls(status).length)
    const first = await submit(app, { workloads, slots: 40 })
    assert.equal((await endOf(app, first.id)).counts.succeeded, 240)
    const calls = callsOf()
    t.diagnostic(`calls answered 401, 403, 404 and 410: ${calls.join(', ')}`)
    for (const count of calls) assert.ok(count >= 1 && count <= 3, `${count} calls of 3 processes`)
    const { workloads: results } = await app.orchestration.result(first.id)
    assert.deepEqual(new Set(results.map(({ model }) => model)), new Set(['well']))
    assert.equal(await attemptsThat(pool, ['retry', 'failed']), 0)
    // Ids told apart: no client below ours tries again by itself.
    const ids = refusals.flatMap(({ status }) => refusing.calls(status))
    assert.equal(new Set(ids).size, ids.length)
    assert.equal(await mostRefusals(pool), 1)
    const second = await submit(app, { workloads: workloads.slice(0, 40) })
    assert.equal((await endOf(app, second.id)).state, 'succeeded')
    assert.deepEqual(callsOf(), calls, 'nobody asks again')
  },
)

test(
  'without another model a refusal fails the workload at once, with its code',
  limit,
  async (t) => {
    await using refusing = await startRefusingProvider()
    await using database = await testDatabase()
    for (const { status, code } of refusals) {
      const model = { provider: 'openai-compatible', baseUrl: refusing.baseUrl(status) }
      const models = { [`only-${status}`]: { ...model, concurrency: 5 } }
      await using app = await startApp(database.url, { models })
      const { id } = await submit(app, { workloads: documents(20), slots: 20 })
      assert.equal((await endOf(app, id)).state, 'failed')
      for (const { error, attempts } of (await app.orchestration.result(id)).workloads) {
        assert.deepEqual([error?.code, attempts], [code, 1], error?.message)
      }
      const calls = refusing.calls(status).length
      t.diagnostic(`${calls} calls answered ${status} by 20 workloads, 5 at once`)
      assert.ok(calls >= 1 && calls <= 5, `${calls} calls`)
    }
    assert.equal(await mostRefusals(database.pool), 1)
  },
)
