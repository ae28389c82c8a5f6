import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { before, type TestContext, test as unlimited } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { App } from '../../src/app.ts'
import type { Task } from '../../src/contracts/index.ts'
import { eventually } from '../support/embedded-server.ts'
import { testDatabase } from '../support/test-database.ts'
import { kill, startWorker } from './budgets-workers.ts'
import { caller, endOf, heldPlaces, someWorkloads, startApp, submit } from './started-app.ts'

type Cap = {
  readonly scope: string
  readonly only?: string
  readonly period: string
  readonly unit: string
  readonly amount: number
}

const dayMs = 86_400_000

/** A call of it is reserved at about a dollar, and costs less. */
const dear = { provider: 'simulated', price: { inputUsdPerMillion: 0, outputUsdPerMillion: 1000 } }
const cheap = { provider: 'simulated', price: { inputUsdPerMillion: 0, outputUsdPerMillion: 1 } }

/** A test that hangs says so, and the next ones run. */
const test = (name: string, body: (t: TestContext) => Promise<void>) =>
  unlimited(name, { timeout: 60_000 }, body)

// At midnight money comes back, which all but the last of these do not expect.
before(async () => {
  const leftMs = dayMs - (Date.now() % dayMs)
  if (leftMs < 45_000) await delay(leftMs + 100)
})

const settings = (budgets: readonly Cap[], models: object = { dear }) => ({
  models,
  budgets,
  'orchestration.maxOutputTokens': 1000,
  'routing.adaptive': false,
})

async function tasksOf(app: App, run: string): Promise<readonly Task[]> {
  return (await app.runs.snapshot(run)).tasks
}

/**
 * Waits until all that can be done is done, and the rest waits for the next period: while calls are
 * under way that may give some of their reservation back, it waits for a second at a time.
 */
async function untilWaiting(app: App, run: string): Promise<readonly Task[]> {
  let tasks: readonly Task[] = []
  const waitsLong = ({ wait }: Task): boolean =>
    wait?.reason === 'budget' && new Date(wait.frees ?? 0).getTime() > Date.now() + 5000
  await eventually('the rest of the run waits for a budget', async () => {
    tasks = await tasksOf(app, run)
    const open = tasks.filter(({ finishedAt }) => finishedAt === null)
    return open.length > 0 && open.every(waitsLong)
  })
  return tasks
}

async function accounts(pool: pg.Pool) {
  const { rows } = await pool.query<{ id: string; spent: string; reserved: string; cap: string }>(
    'select id, spent, reserved, cap from maniple.ledger_accounts order by id',
  )
  return rows.map((row) => ({
    id: row.id,
    spent: Number(row.spent) / 1e6,
    reserved: Number(row.reserved) / 1e6,
    cap: Number(row.cap) / 1e6,
  }))
}

async function attemptsOf(pool: pg.Pool, run: string) {
  const { rows } = await pool.query<{ tasks: number; attempts: number }>(
    `select count(*)::int as tasks, sum(attempt)::int as attempts from maniple.tasks
     where run_id = $1 and ordinal > 0`,
    [run],
  )
  return rows[0]
}

/** How many calls of models ended how. */
async function callsOf(pool: pg.Pool): Promise<Readonly<Record<string, number>>> {
  const { rows } = await pool.query<{ outcome: string; n: number }>(
    'select outcome::text, count(*)::int as n from maniple.model_calls group by 1',
  )
  return Object.fromEntries(rows.map(({ outcome, n }) => [outcome, n]))
}

async function open(t: TestContext) {
  const database = await testDatabase()
  const apps: App[] = []
  const children: ChildProcess[] = []
  t.after(async () => {
    await Promise.all(children.map(kill))
    for (const app of apps) await app.close()
    await database[Symbol.asyncDispose]()
  })
  return {
    pool: database.pool,
    start: async (overrides: Readonly<Record<string, unknown>>): Promise<App> => {
      const app = await startApp(database.url, overrides)
      apps.push(app)
      return app
    },
    /** Another process that performs tasks. */
    spawn: async (overrides: Readonly<Record<string, unknown>>): Promise<void> => {
      children.push(await startWorker({ url: database.url, overrides }))
    },
  }
}

test('what a budget refuses waits, holds nothing and says for what; a raised cap lets it go on', async (t) => {
  const { pool, start } = await open(t)
  const cap = { scope: 'repository', period: 'day', unit: 'requests', amount: 2 }
  const ofRuns = { scope: 'run', period: 'total', unit: 'tokens', amount: 1e6 }
  const poor = await start(settings([cap, ofRuns]))
  const { id } = await submit(poor, { workloads: someWorkloads(5) })
  const tasks = await untilWaiting(poor, id)
  const waiting = tasks.filter(({ state }) => state === 'ready')
  assert.deepEqual([tasks.length, waiting.length], [5, 3])
  const midnight = Math.floor(Date.now() / dayMs + 1) * dayMs
  for (const { wait } of waiting) {
    assert.equal(wait?.subject, 'budget:repository:octo-org/octo-repo:day:requests')
    const frees = new Date(wait?.frees ?? 0).getTime()
    assert.ok(Math.abs(frees - midnight) < 60_000, `${wait?.frees} is about midnight`)
  }
  assert.equal(await heldPlaces(pool), 0)
  const { budgets } = await poor.orchestration.budgets({ limit: 10 })
  assert.deepEqual(
    budgets.map(({ scope, name, limit, frees }) => [scope, name, limit, Date.parse(frees ?? '')]),
    [
      ['repository', 'octo-org/octo-repo', 2, midnight],
      ['run', id, 1e6, Number.NaN],
    ],
  )
  assert.deepEqual([budgets[0]?.spent, budgets[0]?.available], [2, 0])
  await poor.close()
  const rich = await start(settings([{ ...cap, amount: 20 }, ofRuns]))
  const [raised] = (await rich.orchestration.budgets({ limit: 10 })).budgets
  assert.equal(raised?.limit, 20)
  assert.equal((await endOf(rich, id)).state, 'succeeded')
  const [account] = await accounts(pool)
  assert.deepEqual([account?.spent, account?.cap], [5, 20])
  const left = await rich.orchestration.budgets({ limit: 10 })
  assert.deepEqual(
    left.budgets.map(({ scope }) => scope),
    ['repository'],
    'of a run that has ended nothing is left to say',
  )
})

test('a cap holds in every unit and scope, however many call at once', async (t) => {
  const { pool, start } = await open(t)
  const caps = [
    { scope: 'all', period: 'month', unit: 'usd', amount: 3.5 },
    { scope: 'user', period: 'day', unit: 'tokens', amount: 6000 },
  ]
  const app = await start(settings(caps))
  const { id } = await submit(app, { workloads: someWorkloads(40), slots: 40 })
  const tasks = await untilWaiting(app, id)
  const succeeded = tasks.filter(({ state }) => state === 'succeeded').length
  assert.ok(succeeded > 0)
  // What was refused has called nobody.
  assert.deepEqual(await callsOf(pool), { succeeded })
  for (const { id: name, spent, cap } of await accounts(pool)) {
    assert.ok(spent > 0 && spent <= cap, `${name}: ${spent} of ${cap}`)
  }
  // Another user's tokens are their own, but the dollars are everybody's.
  const other = await submit(app, { workloads: someWorkloads(1) }, { ...caller, user: 'grace' })
  await eventually('a budget of grace is known', async () =>
    (await accounts(pool)).some(({ id: name }) => name.startsWith('user:grace:')),
  )
  await app.runs.cancel(other.id)
  await app.runs.cancel(id)
})

test('a cheaper model is taken when the budget refuses the dear one', async (t) => {
  const { pool, start } = await open(t)
  const cap = { scope: 'all', period: 'day', unit: 'usd', amount: 1.05 }
  const specialists = { documentation: { models: ['dear'] } }
  const app = await start({ ...settings([cap], { dear, cheap }), specialists })
  const workloads = someWorkloads(6).map((one) => ({ ...one, type: 'documentation' }))
  const { id } = await submit(app, { workloads, slots: 1 })
  assert.equal((await endOf(app, id)).state, 'succeeded')
  const result = await app.orchestration.result(id)
  const [first] = result.workloads
  assert.equal(first?.routing.models.order[0], 'dear')
  assert.deepEqual(result.modelsUsed.toSorted(), ['cheap', 'dear'])
  assert.ok(result.workloads.some(({ model, fallback }) => model === 'cheap' && fallback))
  const [account] = await accounts(pool)
  assert.ok(account !== undefined && account.spent <= 1.05)
})

test('a budget that nothing renews ends the run and says the remedy; then a retry goes on', async (t) => {
  const { pool, start } = await open(t)
  const cap = { scope: 'run', period: 'total', unit: 'requests', amount: 2 }
  const poor = await start(settings([cap]))
  const { id } = await submit(poor, { workloads: someWorkloads(4), slots: 1 })
  const ended = await endOf(poor, id)
  assert.deepEqual([ended.state, ended.counts.succeeded, ended.counts.failed], ['partial', 2, 2])
  const result = await poor.orchestration.result(id)
  for (const { error } of result.workloads.filter(({ state }) => state === 'failed')) {
    assert.equal(error?.code, 'budget_exhausted')
    assert.match(
      error?.message ?? '',
      /run:\S+:total:requests of 2 has 0 left: raise it, then retry/,
    )
  }
  assert.equal(await heldPlaces(pool), 0)
  await poor.close()
  const rich = await start(settings([{ ...cap, amount: 4 }]))
  await rich.runs.retry(id)
  assert.equal((await endOf(rich, id)).state, 'succeeded')
  assert.equal((await accounts(pool))[0]?.spent, 4)
})

/** Both cost more than a thousandth of a dollar, and have few places. */
const costly = {
  provider: 'simulated',
  concurrency: 4,
  price: { inputUsdPerMillion: 1, outputUsdPerMillion: 10 },
}
const poorOnly = {
  ...{ scope: 'organisation', only: 'poor', period: 'total', unit: 'usd', amount: 0.001 },
}

for (const others of [0, 2]) {
  test(`tasks that no budget lets through fail at their first try, in ${others + 1} processes`, async (t) => {
    const { pool, start, spawn } = await open(t)
    const overrides = settings([poorOnly], { one: costly, two: costly })
    const app = await start(overrides)
    await Promise.all(Array.from({ length: others }, () => spawn(overrides)))
    const workloads = (count: number) =>
      someWorkloads(count).map((one) => ({ ...one, type: 'documentation' }))
    const poor = await submit(app, {
      ...{ workloads: workloads(60), slots: 20, repository: 'poor/x' },
    })
    const rich = await submit(app, {
      ...{ workloads: workloads(20), slots: 20, repository: 'rich/x' },
    })
    const [ended] = await Promise.all([endOf(app, poor.id), endOf(app, rich.id)])
    assert.deepEqual([ended.state, ended.counts.failed], ['failed', 60])
    assert.equal((await app.runs.get(rich.id)).state, 'succeeded')
    const codes = (await tasksOf(app, poor.id)).map(({ error }) => error?.code)
    assert.deepEqual(new Set(codes), new Set(['budget_exhausted']))
    assert.deepEqual(await attemptsOf(pool, poor.id), { tasks: 60, attempts: 60 })
    assert.deepEqual(await callsOf(pool), { succeeded: 20 })
    assert.equal(await heldPlaces(pool), 0)
  })
}

test('a cap of the first run binds the whole chain', async (t) => {
  const { pool, start } = await open(t)
  const cap = { scope: 'root', period: 'total', unit: 'requests', amount: 3 }
  const app = await start({ ...settings([cap]), 'loop.maxDepth': 2 })
  const first = await submit(app, { workloads: someWorkloads(2) })
  assert.equal((await endOf(app, first.id)).state, 'succeeded')
  const second = await submit(app, { workloads: someWorkloads(2), parentRun: first.id })
  assert.deepEqual(second.lineage, { root: first.id, depth: 1 })
  assert.equal((await endOf(app, second.id)).state, 'partial')
  const third = await submit(app, { workloads: someWorkloads(1), parentRun: second.id })
  assert.deepEqual([third.lineage.root, third.lineage.depth], [first.id, 2])
  assert.equal((await endOf(app, third.id)).state, 'failed')
  await assert.rejects(submit(app, { workloads: someWorkloads(1), parentRun: third.id }), {
    code: 'lineage_too_deep',
  })
  assert.deepEqual(
    (await accounts(pool)).map(({ id, spent }) => [id, spent]),
    [[`root:${first.id}:total:requests`, 3]],
  )
  const fresh = await submit(app, { workloads: someWorkloads(1) })
  assert.equal((await endOf(app, fresh.id)).state, 'succeeded')
})

test('a model whose price nobody knows is refused with the request, or counted at the ceiling', async (t) => {
  const { pool, start } = await open(t)
  const cap = { scope: 'all', period: 'day', unit: 'usd', amount: 1000 }
  const models = { unpriced: { provider: 'simulated' } }
  const strict = await start(settings([cap], models))
  await assert.rejects(submit(strict, { workloads: someWorkloads(1) }), { code: 'price_unknown' })
  await assert.rejects(strict.runs.submit({ kind: 'split', input: '- [ ] One task' }), {
    code: 'price_unknown',
  })
  assert.deepEqual((await strict.runs.list({ limit: 10 })).runs, [])
  await strict.close()
  // Whom no such budget concerns is not kept from calling.
  const others = await start(settings([{ ...cap, scope: 'user', only: 'grace' }], models))
  const free = await submit(others, { workloads: someWorkloads(1) })
  assert.equal((await endOf(others, free.id)).state, 'succeeded')
  await others.close()
  const lenient = await start({ ...settings([cap], models), 'pricing.unknown': 'ceiling' })
  const { id } = await submit(lenient, { workloads: someWorkloads(1) })
  assert.equal((await endOf(lenient, id)).state, 'succeeded')
  const [account] = await accounts(pool)
  assert.ok(account !== undefined && account.spent > 0)
})

test('a cap that came after the run holds it back without trying it again and again', async (t) => {
  const { pool, start } = await open(t)
  const cap = { scope: 'all', period: 'day', unit: 'requests', amount: 1 }
  const first = await start(settings([cap]))
  const { id } = await submit(first, { workloads: someWorkloads(3), slots: 1 })
  await untilWaiting(first, id)
  await first.close()
  const late = { ...cap, scope: 'repository' }
  const second = await start(settings([{ ...cap, amount: 9 }, late]))
  await eventually('the late cap is used up', async () =>
    (await accounts(pool)).some(({ id: name, spent }) => name.startsWith('repo') && spent === 1),
  )
  const { seq } = await second.runs.get(id)
  await delay(2000)
  const { seq: later, counts } = await second.runs.get(id)
  assert.equal(counts.succeeded, 2)
  assert.ok(later - seq < 20, `${later - seq} events in two seconds`)
  await second.close()
  const third = await start(settings([{ ...cap, amount: 9 }]))
  assert.equal((await endOf(third, id)).state, 'succeeded')
})

test('at midnight the budget of a new day lets go on what waited', async (t) => {
  const { pool, start } = await open(t)
  const cap = { scope: 'all', period: 'day', unit: 'requests', amount: 2 }
  const app = await start(settings([cap]))
  const { id } = await submit(app, { workloads: someWorkloads(3) })
  await untilWaiting(app, id)
  // The day passes for this process by its clock, and for the lane by the database's.
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + dayMs })
  await pool.query(`select maniple.open_lanes(array['budget:all:day:requests'], 'budget')`)
  assert.equal((await endOf(app, id)).state, 'succeeded')
  assert.deepEqual(
    (await accounts(pool)).map(({ spent }) => spent),
    [2, 1],
  )
})
