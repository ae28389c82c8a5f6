import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Pool } from 'pg'
import { accountsFor, Cap } from '../../src/budget/index.ts'
import { breaches, ledgerHost, refused, reserved } from './ledger-host.ts'
import type { Orders } from './ledger-process.ts'

const host = await ledgerHost()
const script = fileURLToPath(new URL('ledger-process.ts', import.meta.url))

const caps = [
  { scope: 'all', period: 'total', unit: 'usd', amount: 900 },
  { scope: 'repository', period: 'month', unit: 'usd', amount: 700 },
  { scope: 'user', period: 'total', unit: 'usd', amount: 300 },
  { scope: 'run', period: 'total', unit: 'usd', amount: 60 },
].map((cap) => Cap.parse(cap))
const users = ['ann', 'bob', 'cid', 'dot']
const repositories = ['octo/one', 'octo/two']

type Cast = {
  readonly done: Promise<unknown>
  readonly kills: () => number
}

const count = 5

/**
 * Five processes of 40 workers, which begin together. The one that settles a call whose number is in
 * `killAt` is killed, and followed by another with a seed of its own.
 */
function play(url: string, killAt: readonly number[]): Cast {
  const alive = new Set<ChildProcess>()
  let [calls, kills, seed, ready] = [0, 0, 100, 0]
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  const onReady = (child: ChildProcess) => {
    ready += 1
    if (ready > count) child.stdin?.write('go\n')
    else if (ready === count) for (const one of alive) one.stdin?.write('go\n')
  }
  const onCall = (child: ChildProcess) => {
    calls += 1
    if (!killAt.includes(calls)) return
    kills += 1
    begin()
    child.kill('SIGKILL')
  }
  const begin = () => {
    seed += 1
    const repository = repositories[seed % 2] ?? ''
    const orders: Orders = { url, seed, workers: 40, caps, users, repository }
    const child = spawn(process.execPath, [script, JSON.stringify(orders)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    alive.add(child)
    createInterface({ input: child.stdout }).on('line', (line) =>
      line === 'ready' ? onReady(child) : onCall(child),
    )
    child.once('close', (code) => {
      alive.delete(child)
      if (code !== 0 && code !== null) reject(new Error(`a process ended with ${code}`))
      if (alive.size === 0) resolve()
    })
    // What is written to a process that has just been killed.
    child.stdin.on('error', () => undefined)
  }
  for (let n = 0; n < count; n += 1) begin()
  return { done, kills: () => kills }
}

type Told = {
  readonly id: string
  readonly cap: number
  readonly spent: number
  readonly reserved: number
  readonly overruns: number
}

/** Each account with what its calls cost beyond their reservations. */
async function accountsOf(pool: Pool): Promise<Told[]> {
  const { rows } = await pool.query<Told>(
    `select a.id, a.cap, a.spent, a.reserved,
       (select coalesce(sum(greatest(0, e.actual - e.reserved)), 0) from maniple.ledger_entries e
        where a.id = any (e.accounts))::float8 as overruns
     from maniple.ledger_accounts a`,
  )
  return rows
}

/** Looks at every account while the processes work: reserved and spent together pass no cap. */
async function watch(
  pool: Pool,
  done: Promise<unknown>,
): Promise<{ looks: number; passed: Told[] }> {
  const seen = { looks: 0, passed: [] as Told[] }
  const over = { isDone: false }
  const stop = () => {
    over.isDone = true
  }
  done.then(stop, stop)
  while (!over.isDone) {
    const accounts = await accountsOf(pool)
    const passed = accounts.filter((one) => one.spent + one.reserved > one.cap + one.overruns)
    seen.passed.push(...passed)
    if (accounts.length > 0) seen.looks += 1
    await delay(100)
  }
  return seen
}

test('200 workers in five processes under four kinds of caps, some killed: no cap is passed', async () => {
  const { done, kills } = play(host.database.url, [30, 90, 150, 220, 300, 380])
  const { looks, passed } = await watch(host.database.pool, done)
  await done
  assert.ok(looks > 3, `${looks} looks`)
  assert.deepEqual(passed, [])
  assert.equal(kills(), 6)
  const ledger = host.ledger()
  await ledger.recover()
  const accounts = await accountsOf(host.pool)
  assert.deepEqual(await breaches(host.pool), [])
  assert.ok(accounts.length > 20)
  for (const { id, cap, spent, reserved: open, overruns } of accounts) {
    assert.equal(open, 0, `${id} has nothing reserved`)
    assert.ok(spent <= cap + overruns, `${id}: ${spent} of ${cap}, overruns ${overruns}`)
  }
  const all = accounts.find(({ id }) => id === 'all:total:usd')
  assert.ok(all !== undefined && all.spent > all.cap - 1.5e6, `${all?.spent} of ${all?.cap} used`)
  const { rows } = await host.pool.query<{ presumed: number; calls: number }>(
    `select count(*) filter (where presumed)::int as presumed, count(*) filter (where not presumed)::int as calls
     from maniple.ledger_entries`,
  )
  assert.ok((rows[0]?.presumed ?? 0) >= 6, 'the killed had calls under way')
  assert.ok((rows[0]?.calls ?? 0) > 300)
  // A newcomer gets what is left of every cap to the last millionth, and no more.
  for (const account of accounts.filter(({ spent, cap }) => spent < cap)) {
    const left = (account.cap - account.spent) / 1e6
    const given = {
      ...{ id: account.id, unit: 'usd', limit: account.cap / 1e6, perMinute: null },
      periodEnd: null,
    }
    await refused(ledger, [given], left + 1e-6)
    const rest = await reserved(ledger, [given], left)
    await ledger.write([ledger.settle(rest, { usd: left })])
  }
  for (const { id, cap, spent, overruns } of await accountsOf(host.pool)) {
    assert.ok(spent >= cap && spent <= cap + overruns, `${id}: ${spent} of ${cap}`)
  }
  assert.deepEqual(await breaches(host.pool), [])
  const subject = { runId: 'r', rootId: 'r', repository: 'octo/one', user: 'ann' }
  await refused(ledger, accountsFor(caps, subject, new Date()), 0.01)
})
