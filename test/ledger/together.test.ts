import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountsFor, Cap, laneAccounts } from '../../src/budget/index.ts'
import type { Account } from '../../src/contracts/index.ts'
import type { Ledger } from '../../src/records/index.ts'
import { newId } from '../../src/shared/index.ts'
import { seededRandom } from '../crash/seeded-random.ts'
import { breaches, capOf, facts, figuresOf, ledgerHost, refused, reserved } from './ledger-host.ts'

const host = await ledgerHost()

/** Reserves one at a time until refused for good; returns what it got. */
async function useUp(ledger: Ledger, cap: Account, amount: number): Promise<number> {
  let got = 0
  let refusals = 0
  while (refusals < 5) {
    const result = await ledger.reserve([cap], { usd: amount }, facts)
    if (result.kind === 'reservation') {
      got += amount
      await ledger.write([ledger.settle(result, { usd: amount })])
    } else if (result.frees === null) return got
    else {
      refusals += 1
      await ledger.renew()
    }
  }
  return got
}

test('two processes use a cap up to within one reservation: nobody hoards', async () => {
  const cap = capOf(100)
  const listen = host.database.database.listen
  const [one, two] = [host.ledger({ listen }), host.ledger({ listen })]
  const got = await Promise.all(
    [one, one, one, two, two, two].map((ledger) => useUp(ledger, cap, 0.7)),
  )
  const { spent } = await figuresOf(one, cap)
  assert.ok(spent <= 100 && spent > 100 - 2 * 0.7, `${spent} of 100 spent`)
  assert.ok(Math.abs(got.reduce((sum, part) => sum + part, 0) - spent) < 1e-6)
  assert.ok(got.slice(0, 3).some((part) => part > 0) && got.slice(3).some((part) => part > 0))
  assert.deepEqual(await breaches(host.pool), [])
})

test('what one process has idle goes back when another is refused', async () => {
  let now = 0
  const listen = host.database.database.listen
  const first = host.ledger({ listen, monotonic: () => now })
  const cap = capOf(100)
  let held = 0
  for (; held < 40; held += 1) {
    now += 10
    await reserved(first, [cap], 1)
  }
  const { reserved: leased } = await figuresOf(first, cap)
  assert.ok(leased > held)
  const second = host.ledger()
  const wanted = 100 - held
  let tries = 0
  let result = await second.reserve([cap], { usd: wanted }, facts)
  for (; result.kind === 'refusal'; tries += 1) {
    assert.ok(tries < 3000, 'it never came back')
    assert.ok(result.frees !== null, 'worth asking again')
    await new Promise((resolve) => setTimeout(resolve, 10))
    result = await second.reserve([cap], { usd: wanted }, facts)
  }
  assert.ok(tries > 0, 'it was refused first')
  assert.deepEqual(await figuresOf(second, cap), { spent: 0, reserved: 100 })
})

test('calls over many accounts in any order never deadlock, with settlements in between', async () => {
  const random = seededRandom(7)
  const names = ['B', 'a', 'C', 'b', 'Z', 'é', '_'].map((name) => `${name}-${newId()}`)
  const ledgers = Array.from({ length: 4 }, () => host.ledger())
  const before = await deadlocks()
  await Promise.all(
    ledgers.flatMap((ledger) =>
      Array.from({ length: 8 }, async () => {
        for (let n = 0; n < 15; n += 1) {
          const fresh = capOf(5, { id: `run-${newId()}` })
          const accounts = [...names.map((id) => capOf(1e6, { id })), fresh]
            .map((account) => ({ account, key: random() }))
            .sort((a, b) => a.key - b.key)
            .slice(0, 2 + Math.floor(random() * 5))
            .map(({ account }) => account)
          const one = await reserved(ledger, accounts, 1)
          const record = ledger.settle(one, { usd: random() * 2 })
          await ledger.write([record])
        }
      }),
    ),
  )
  assert.equal(await deadlocks(), before)
  assert.deepEqual(await breaches(host.pool), [])
})

async function deadlocks(): Promise<number> {
  const { rows } = await host.pool.query<{ deadlocks: number }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  )
  return rows[0]?.deadlocks ?? 0
}

test('a new day begins with the whole cap, and late settlements go to the day of their call', async () => {
  const caps = [Cap.parse({ scope: 'user', period: 'day', unit: 'usd', amount: 10 })]
  const subject = { runId: 'r', rootId: 'r', repository: null, user: newId() }
  const time = { now: new Date('2026-12-31T23:59:50Z') }
  const ledger = host.ledger({ databaseNow: () => time.now, clock: clockOf(time) })
  const today = accountsFor(caps, subject, time.now)
  const late = await reserved(ledger, today, 4)
  await ledger.write([ledger.settle(await reserved(ledger, today, 6), { usd: 6.5 })])
  const refusal = await refused(ledger, today, 5)
  assert.deepEqual(refusal.frees, new Date('2027-01-01T00:00:00Z'))
  time.now = new Date('2027-01-01T00:00:00Z')
  const tomorrow = accountsFor(caps, subject, time.now)
  await ledger.write([ledger.settle(await reserved(ledger, tomorrow, 10), { usd: 10 })])
  await ledger.write([ledger.settle(late, { usd: 3 })])
  const ids = [...today, ...tomorrow].map(({ id }) => id)
  const spent = (await ledger.statement(ids)).map((account) => account.spent)
  assert.deepEqual(spent, [9.5, 10])
})

const clockOf = (time: { readonly now: Date }) => ({
  now: () => time.now.getTime(),
  sleep: async () => undefined,
})

test('a rate holds over two processes, refills without pause, and says when', async () => {
  const time = { now: new Date('2026-12-01T12:00:00Z') }
  const lane = { name: newId(), requestsPerMinute: 60, tokensPerMinute: 6000 }
  const accounts = laneAccounts(lane)
  const options = { databaseNow: () => time.now, clock: clockOf(time) }
  const ledgers = [host.ledger(options), host.ledger(options)]
  let calls = 0
  let tokens = 0
  for (let second = 0; second < 60; second += 1) {
    for (const ledger of [...ledgers, ...ledgers]) {
      const got = await ledger.reserve(accounts, { requests: 1, tokens: 80 }, facts)
      if (got.kind === 'reservation') {
        calls += 1
        tokens += 100
        await ledger.write([ledger.settle(got, { tokens: 100, requests: 1 })])
      } else {
        assert.equal(got.reason, 'rate')
        assert.ok(got.frees !== null && got.frees > time.now)
        assert.ok(got.frees.getTime() <= time.now.getTime() + 61_000)
      }
    }
    time.now = new Date(time.now.getTime() + 1000)
  }
  // A minute's allowance, the tenth second's worth that had gathered, and one call under way.
  assert.ok(calls <= 71 && calls >= 65, `${calls} calls in a minute`)
  assert.ok(tokens <= 7100, `${tokens} tokens in a minute`)
})

test('a call larger than the bucket goes when the bucket is full and leaves it in debt', async () => {
  const time = { now: new Date('2026-12-01T12:00:00Z') }
  const lane = { name: newId(), requestsPerMinute: null, tokensPerMinute: 600 }
  const [tokens] = laneAccounts(lane)
  assert.ok(tokens !== undefined)
  const ledger = host.ledger({ databaseNow: () => time.now, clock: clockOf(time) })
  const large = await ledger.reserve([tokens], { tokens: 400 }, facts)
  assert.equal(large.kind, 'reservation')
  const next = await ledger.reserve([tokens], { tokens: 100 }, facts)
  assert.ok(next.kind === 'refusal')
  // 300 in debt and 100 wanted, at ten a second.
  assert.equal(next.frees?.getTime(), time.now.getTime() + 40_000)
  time.now = new Date(time.now.getTime() + 40_000)
  assert.equal((await ledger.reserve([tokens], { tokens: 100 }, facts)).kind, 'reservation')
})
