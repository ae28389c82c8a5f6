import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import type { Ledger } from '../../src/records/index.ts'
import { ownProcessPlace } from '../../src/shared/index.ts'
import {
  breaches,
  capOf,
  connectionLost,
  elsewhere,
  facts,
  figuresOf,
  ledgerHost,
  refused,
  reserved,
  wired,
} from './ledger-host.ts'

const host = await ledgerHost()

const start = Date.now()
/** So long that no timer runs during a test. */
const settings = { longestCallMs: 600_000, heartbeatMs: 20_000 }

/** A ledger in a time of its own that a test moves. */
function timed(place = elsewhere) {
  const time = { now: 0 }
  const ledger = host.ledger({
    ...settings,
    place,
    monotonic: () => time.now,
    databaseNow: () => new Date(start + time.now),
  })
  return { ledger, time }
}

/** One that judges the others at `ms`. */
const judgeAt = (ms: number): Ledger =>
  host.ledger({ ...settings, databaseNow: () => new Date(start + ms) })

/** Leaves the ledger with some idle beyond what it reserved; returns how much it reserved. */
async function leaseAhead(
  { ledger, time }: ReturnType<typeof timed>,
  cap: ReturnType<typeof capOf>,
) {
  const held = []
  for (let n = 0; n < 20; n += 1) {
    time.now += 20
    held.push(await reserved(ledger, [cap], 1))
  }
  return held
}

test('a silent holder is given up after the longest call, and what it may have begun is presumed', async () => {
  const silent = timed()
  const cap = capOf(1000)
  const held = await leaseAhead(silent, cap)
  const { reserved: leased } = await figuresOf(silent.ledger, cap)
  assert.ok(leased > held.length)
  assert.equal(await judgeAt(silent.time.now + 599_000).recover(), 0, 'its calls may be under way')
  const judge = judgeAt(silent.time.now + 601_000)
  assert.equal(await judge.recover(), 1)
  assert.equal(await judge.recover(), 0, 'once')
  assert.deepEqual(await figuresOf(judge, cap), { spent: leased, reserved: 0 })
  const { rows } = await host.pool.query(
    'select presumed, actual / 1000000::float8 as actual from maniple.ledger_entries where $1 = any (accounts)',
    [cap.id],
  )
  assert.deepEqual(rows, [{ presumed: true, actual: leased }])
  // What is settled late replaces its part of what was presumed.
  const corrected = { spent: Math.round(leased * 1e6 - held.length * 5e5) / 1e6, reserved: 0 }
  await judge.write(held.map((one) => silent.ledger.settle(one, { usd: 0.5 })))
  assert.deepEqual(await figuresOf(judge, cap), corrected)
  await judge.write(held.map((one) => silent.ledger.settle(one, { usd: 0.5 })))
  assert.deepEqual(await figuresOf(judge, cap), corrected)
  assert.deepEqual(await breaches(host.pool), [])
})

test('a stalled holder spends nothing of what was given up, and goes on under a new id', async () => {
  const stalled = timed()
  const cap = capOf(30)
  const wide = capOf(100_000)
  const held = []
  for (let n = 0; n < 20; n += 1) {
    stalled.time.now += 20
    held.push(await reserved(stalled.ledger, [wide], 1))
  }
  held.push(await reserved(stalled.ledger, [wide, cap], 1))
  const covered = stalled.ledger.reserve([wide], { usd: 1 }, facts)
  assert.ok(!(covered instanceof Promise), 'the chunk covers it')
  const judge = judgeAt(stalled.time.now + 601_000)
  assert.equal(await judge.recover(), 1)
  const newcomer = await reserved(judge, [cap], 29)
  const before = await figuresOf(judge, wide)
  // It wakes up: first by its own clock, before it has spoken to anybody.
  stalled.time.now += 601_000
  const awake = stalled.ledger.reserve([wide], { usd: 1 }, facts)
  assert.ok(awake instanceof Promise, 'not from the old chunk')
  const fresh = await awake
  assert.ok(fresh.kind === 'reservation')
  assert.notEqual(fresh.holder, held[0]?.holder)
  assert.deepEqual(await figuresOf(judge, wide), { spent: before.spent, reserved: 1 })
  assert.equal((await refused(stalled.ledger, [cap], 1)).available, 0)
  await judge.write([
    judge.settle(newcomer, { usd: 29 }),
    ...[...held, covered].flatMap((one) =>
      one.kind === 'reservation' ? [stalled.ledger.settle(one, { usd: 1 })] : [],
    ),
  ])
  assert.equal((await figuresOf(judge, cap)).spent, 30)
  assert.deepEqual(await breaches(host.pool), [])
})

test('a stalled holder does not use its chunk even before anybody gave it up', async () => {
  const stalled = timed()
  const cap = capOf(1000)
  await leaseAhead(stalled, cap)
  stalled.time.now += 60_000
  const late = stalled.ledger.reserve([cap], { usd: 1 }, facts)
  assert.ok(late instanceof Promise, 'asks first')
  assert.equal((await late).kind, 'reservation')
})

test('a process of this machine that has ended is given up at once', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  const ended = host.ledger({ place: { ...ownProcessPlace(), pid } })
  const cap = capOf(10)
  await reserved(ended, [cap], 4)
  const other = host.ledger()
  assert.equal((await refused(other, [cap], 7)).available, 6)
  assert.equal(await other.recover(), 1)
  assert.deepEqual(await figuresOf(other, cap), { spent: 4, reserved: 0 })
  await reserved(other, [cap], 6)
  await refused(other, [cap], 1)
  assert.deepEqual(await breaches(host.pool), [])
})

test('a lease whose answer is lost costs nothing: the next try says the whole state again', async () => {
  let losses = 0
  const pool = wired(host.pool, {
    answer: (name) => {
      if (name !== 'lease' || losses === 3) return
      losses += 1
      throw connectionLost()
    },
  })
  const ledger = host.ledger({ pool })
  const cap = capOf(10)
  const first = await reserved(ledger, [cap], 3)
  assert.equal(losses, 3)
  assert.deepEqual(await figuresOf(ledger, cap), { spent: 0, reserved: 3 })
  losses = 0
  await reserved(ledger, [cap], 7)
  assert.deepEqual(await figuresOf(ledger, cap), { spent: 0, reserved: 10 })
  await ledger.write([ledger.release(first)])
  assert.deepEqual(await breaches(host.pool), [])
})

test('a lease that arrives after a later one of its holder changes nothing', async () => {
  const ledger = host.ledger()
  const cap = capOf(10)
  const { holder } = await reserved(ledger, [cap], 3)
  const old = `select * from maniple.lease($1, 1, null, array[$2], array['usd'], array[10000000], array[null::bigint],
    array[null::timestamptz], array[0], array[0], array[0], '{}', '{}', '{}', '{}')`
  await assert.rejects(host.pool.query(old, [holder, cap.id]), /overtaken/)
  assert.equal((await figuresOf(ledger, cap)).reserved, 3)
})

test('while the database is away nothing is reserved beyond the chunk, and calls fail in plain words', async () => {
  const pool = wired(host.pool, {
    send: (name) => {
      if (name === 'lease') throw connectionLost()
    },
  })
  const ledger = host.ledger({ pool })
  await assert.rejects(async () => await ledger.reserve([capOf(1)], { usd: 1 }, facts), {
    code: 'database_unavailable',
  })
})
