import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { breaches } from '../ledger/ledger-host.ts'
import { eventually } from '../support/embedded-server.ts'
import { testDatabase } from '../support/test-database.ts'
import { kill, startWorker } from './budgets-workers.ts'
import { endOf, heldPlaces, openApp, someWorkloads, startApp, submit } from './started-app.ts'

type Figures = {
  readonly id: string
  readonly spent: number
  readonly reserved: number
  readonly cap: number
  readonly presumed: number
}

async function figures(pool: pg.Pool): Promise<readonly Figures[]> {
  const { rows } = await pool.query<Figures>(
    `select unit as id, spent / 1e6::float8 as spent, reserved / 1e6::float8 as reserved,
       cap / 1e6::float8 as cap, (select coalesce(sum(actual), 0) / 1e6::float8 from maniple.ledger_entries e
         where e.presumed and a.id = any (e.accounts)) as presumed
     from maniple.ledger_accounts a order by unit`,
  )
  return rows
}

const of = (all: readonly Figures[], unit: string): Figures => {
  const found = all.find(({ id }) => id === unit)
  assert.ok(found !== undefined, `there is an account in ${unit}`)
  return found
}

/** Sums of millionths are not exact as numbers. */
const isLike = (one: number, other: number): boolean => Math.abs(one - other) < 1e-6

const sum = ({ spent, reserved }: Figures): number => spent + reserved

const isRequests = ({ id }: Figures): boolean => id === 'requests'

const areFree = async (pool: pg.Pool): Promise<boolean> =>
  (await figures(pool)).every(({ reserved }) => reserved === 0)

/** Looks at every account until it is stopped; rejects when one is above its cap. */
async function watch(pool: pg.Pool, signal: AbortSignal): Promise<number> {
  let looks = 0
  while (!signal.aborted) {
    for (const one of await figures(pool)) {
      assert.ok(sum(one) <= one.cap, `${one.id}: ${JSON.stringify(one)} is above the cap`)
    }
    looks += 1
    await delay(25)
  }
  return looks
}

const slots = 8
const requests = { scope: 'all', period: 'month', unit: 'requests', amount: 30 }
const dollars = { scope: 'repository', period: 'total', unit: 'usd', amount: 60 }
const settings = (amount: number) => ({
  models: {
    dear: { provider: 'simulated', price: { inputUsdPerMillion: 0, outputUsdPerMillion: 1000 } },
  },
  budgets: [{ ...requests, amount }, dollars],
  'orchestration.maxOutputTokens': 1000,
  'routing.adaptive': false,
  'simulation.latencyMs': 600,
})

test('kill -9 in the middle of calls: no cap is passed, what the dead had reserved is settled, the run ends', {
  timeout: 120_000,
}, async (t) => {
  const database = await testDatabase()
  const { pool, url } = database
  const children: ChildProcess[] = []
  const app = await openApp(url, settings(30))
  const stop = new AbortController()
  t.after(async () => {
    stop.abort()
    for (const child of children) child.kill('SIGKILL')
    await app.close()
    await database[Symbol.asyncDispose]()
  })
  const watching = watch(pool, stop.signal)
  const { id } = await submit(app, { workloads: someWorkloads(40), slots })
  for (const round of [1, 2]) {
    const child = await startWorker({ url, overrides: settings(30) })
    children.push(child)
    await eventually(`round ${round}: some calls are settled and others under way`, async () => {
      const { reserved = 0, spent = 0 } = (await figures(pool)).find(isRequests) ?? {}
      return reserved >= slots / 2 && spent > 0
    })
    await kill(child)
    const before = await figures(pool)
    await eventually('nothing of the dead is reserved', () => areFree(pool))
    const after = await figures(pool)
    // All that was reserved is spent now, and nothing is lost or made up. A settlement of the dead may
    // still have been on its way into the database: it costs less than was reserved.
    assert.ok(isLike(sum(of(before, 'requests')), of(after, 'requests').spent))
    const [{ spent: least }, { spent: usd }] = [of(before, 'usd'), of(after, 'usd')]
    assert.ok(usd >= least && usd <= sum(of(before, 'usd')) + 1e-6, `${least} to ${usd} usd`)
    const { presumed, spent } = of(after, 'requests')
    assert.ok(Number.isInteger(spent), `${spent} requests: there are no parts of one`)
    assert.ok(presumed > 0 && presumed <= slots * 2 * round, `${presumed} calls are presumed`)
    const { counts } = await app.runs.get(id)
    assert.ok(isLike(spent, counts.succeeded + presumed), `${spent}, presumed ${presumed}`)
  }
  assert.deepEqual(await breaches(pool), [])
  // What is left of the cap is used up to the last call, by tasks that the dead had begun as well.
  const poor = await startApp(url, settings(30))
  await eventually('the cap is used up', async () => {
    const { spent, cap, reserved } = of(await figures(pool), 'requests')
    return reserved === 0 && spent + 1 > cap
  })
  await poor.close()
  const rich = await startApp(url, settings(90))
  assert.equal((await endOf(app, id)).state, 'succeeded')
  await rich.close()
  stop.abort()
  assert.ok((await watching) > 10)
  const end = of(await figures(pool), 'requests')
  assert.ok(end.reserved === 0 && isLike(end.spent, 40 + end.presumed), JSON.stringify(end))
  assert.equal(await heldPlaces(pool), 0)
  assert.deepEqual(await breaches(pool), [])
})
