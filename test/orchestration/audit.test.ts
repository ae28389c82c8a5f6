import assert from 'node:assert/strict'
import { type TestContext, test as unlimited } from 'node:test'
import type pg from 'pg'
import type { App } from '../../src/app.ts'
import { eventually } from '../support/embedded-server.ts'
import { testDatabase } from '../support/test-database.ts'
import {
  caller,
  endOf,
  openApp,
  requestOf,
  someWorkloads,
  startApp,
  submit,
} from './started-app.ts'

/** A test that hangs says so, and the next ones run. */
const test = (name: string, body: (t: TestContext) => Promise<void>) =>
  unlimited(name, { timeout: 60_000 }, body)

async function open(t: TestContext) {
  const database = await testDatabase()
  const apps: App[] = []
  t.after(async () => {
    for (const app of apps) await app.close()
    await database[Symbol.asyncDispose]()
  })
  const keep = (app: App): App => {
    apps.push(app)
    return app
  }
  return {
    pool: database.pool,
    opened: async (overrides = {}) => keep(await openApp(database.url, overrides)),
    started: async (overrides = {}) => keep(await startApp(database.url, overrides)),
  }
}

type Entry = {
  readonly event: string
  readonly actor: string
  readonly repository: string | null
  readonly action: string
  readonly result: string
  readonly details: Readonly<Record<string, unknown>>
}

async function entries(pool: pg.Pool, event: string): Promise<readonly Entry[]> {
  const { rows } = await pool.query<Entry>(
    `select event, actor, repository, action, result, entry::jsonb -> 'details' as details
     from maniple.audit_entries where event = $1 order by segment, seq`,
    [event],
  )
  return rows
}

const completed = 'GitHub_Models_Orchestration_Completed'
const accepted = 'GitHub_Models_Orchestration_Accepted'
const refused = 'GitHub_Models_Request_Refused'

test('what the guard rails refuse is audited as denied, and nothing of it is run', async (t) => {
  const { pool, opened } = await open(t)
  const app = await opened({
    'guard.repositories': ['octo-org/octo-repo'],
    'guard.users': ['ada'],
    'limits.maxTasks': 3,
  })
  const [one] = someWorkloads(1)
  assert.ok(one !== undefined)
  const cycle = { ...one, id: 'a', dependsOn: ['a'] }
  await assert.rejects(submit(app, { repository: 'octo-org/other', workloads: [one] }), {
    code: 'repository_not_allowed',
  })
  await assert.rejects(submit(app, { workloads: [one] }, { ...caller, user: 'eve' }), {
    code: 'user_not_eligible',
  })
  await assert.rejects(submit(app, { workloads: someWorkloads(4) }), { code: 'input_too_large' })
  await assert.rejects(submit(app, { workloads: [cycle] }), { code: 'split_cycle' })
  const asked = { repository: 'octo-org/other', context: 'Anything', includePilotStatus: false }
  await assert.rejects(app.orchestration.analyze(asked, caller), { code: 'repository_not_allowed' })
  await app.close()
  const told = await entries(pool, refused)
  assert.deepEqual(
    told.map(({ actor, repository, action, result, details }) => [
      ...[actor, repository, action, result, details.Code, details.Via],
    ]),
    [
      ['ada', 'octo-org/other', 'OrchestratePipeline', 'DENIED', 'repository_not_allowed', 'http'],
      ['eve', 'octo-org/octo-repo', 'OrchestratePipeline', 'DENIED', 'user_not_eligible', 'http'],
      ['ada', 'octo-org/octo-repo', 'OrchestratePipeline', 'DENIED', 'input_too_large', 'http'],
      ['ada', 'octo-org/octo-repo', 'OrchestratePipeline', 'DENIED', 'split_cycle', 'http'],
      ['ada', 'octo-org/other', 'AnalyzeWorkload', 'DENIED', 'repository_not_allowed', 'http'],
    ],
  )
  assert.deepEqual((await entries(pool, accepted)).length, 0)
  const { rows } = await pool.query<{ runs: number }>(
    'select count(*)::int as runs from maniple.runs',
  )
  assert.equal(rows[0]?.runs, 0)
})

test('an idempotency key given many times at once makes one run, told once', async (t) => {
  const { pool, opened } = await open(t)
  const apps = [await opened(), await opened()]
  const request = requestOf({ workloads: someWorkloads(2) })
  const made = await Promise.all(
    Array.from({ length: 8 }, (_, n) => apps[n % 2]?.orchestration.submit(request, caller, 'one')),
  )
  assert.equal(new Set(made.map((one) => one?.run.id)).size, 1)
  assert.equal(made.filter((one) => one?.created).length, 1)
  const other = requestOf({ workloads: someWorkloads(3) })
  await assert.rejects(async () => await apps[0]?.orchestration.submit(other, caller, 'one'), {
    code: 'idempotency_conflict',
  })
  for (const app of apps) await app.close()
  const { rows } = await pool.query<{ runs: number; tasks: number }>(
    `select (select count(*) from maniple.runs)::int as runs,
       (select count(*) from maniple.tasks)::int as tasks`,
  )
  assert.deepEqual(rows, [{ runs: 1, tasks: 2 }])
  assert.equal((await entries(pool, accepted)).length, 1)
  assert.deepEqual(
    (await entries(pool, refused)).map(({ details }) => details.Code),
    ['idempotency_conflict'],
  )
})

test('each run that ended is audited once, by whichever process, over a restart as well', async (t) => {
  const { pool, opened, started } = await open(t)
  const workers = [await started(), await started()]
  const [first] = workers
  assert.ok(first !== undefined)
  const runs = await Promise.all(
    Array.from({ length: 6 }, () => submit(first, { workloads: someWorkloads(2) })),
  )
  for (const { id } of runs) await endOf(first, id)
  // Closed at once: whatever no look has found by now is told while closing.
  await Promise.all(workers.map((app) => app.close()))
  const told = await entries(pool, completed)
  const ids = runs.map(({ id }) => id)
  assert.deepEqual(told.map(({ details }) => String(details.Run)).toSorted(), ids.toSorted())
  for (const { actor, repository, action, result, details } of told) {
    assert.deepEqual(
      [actor, repository, action, result],
      ['ada', 'octo-org/octo-repo', 'OrchestratePipeline', 'SUCCESS'],
    )
    assert.equal(details.WorkloadsProcessed, 2)
    assert.ok(Array.isArray(details.ModelsUsed) && details.ModelsUsed.length === 1)
    assert.ok(Number(details.ProcessingTime) > 0)
    const efficiency = Number(details.ParallelEfficiency)
    assert.ok(efficiency > 0 && efficiency <= 1)
  }
  // A process that only accepts audits nothing of it again, nor does one that works, opened later.
  const again = await opened()
  const worker = await started()
  const last = await submit(again, { workloads: someWorkloads(1) })
  await endOf(again, last.id)
  await eventually('the last run is told', async () => (await entries(pool, completed)).length > 6)
  await Promise.all([worker.close(), again.close()])
  assert.equal((await entries(pool, completed)).length, 7)
  const verified = await opened()
  assert.equal((await verified.audit.verify()).ok, true)
})

test('a run that is retried ends again, and that is told again', async (t) => {
  const { pool, started } = await open(t)
  const cap = { scope: 'run', period: 'total', unit: 'requests', amount: 1 }
  const poor = await started({ budgets: [cap] })
  const { id } = await submit(poor, { workloads: someWorkloads(2), slots: 1 })
  await endOf(poor, id)
  await poor.close()
  const rich = await started({ budgets: [{ ...cap, amount: 9 }] })
  await rich.runs.retry(id)
  await endOf(rich, id)
  await rich.close()
  assert.deepEqual(
    (await entries(pool, completed)).map(({ result, details }) => [result, details.Run]),
    [
      ['PARTIAL_SUCCESS', id],
      ['SUCCESS', id],
    ],
  )
})
