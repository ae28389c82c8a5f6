import assert from 'node:assert/strict'
import { test } from 'node:test'
import { breaches, capOf, facts, figuresOf, ledgerHost, refused, reserved } from './ledger-host.ts'

const host = await ledgerHost()

test('reserves, settles above and below, and refuses what does not fit any more', async () => {
  const ledger = host.ledger()
  const cap = capOf(1)
  const first = await reserved(ledger, [cap], 0.4)
  const second = await reserved(ledger, [cap], 0.4)
  assert.deepEqual(await figuresOf(ledger, cap), { spent: 0, reserved: 0.8 })
  const open = await refused(ledger, [cap], 0.4)
  assert.equal(open.reason, 'budget')
  assert.equal(open.asked, 0.4)
  assert.equal(open.available, 0.2)
  assert.ok(open.frees !== null && open.frees.getTime() < Date.now() + 2000, 'others are under way')
  await ledger.write([ledger.settle(first, { usd: 0.1 }), ledger.settle(second, { usd: 0.7 })])
  assert.deepEqual(await figuresOf(ledger, cap), { spent: 0.8, reserved: 0 })
  const spent = await refused(ledger, [cap], 0.4)
  assert.equal(spent.frees, null, 'nothing comes back by itself')
  const last = await reserved(ledger, [cap], 0.2)
  await ledger.write([ledger.release(last)])
  assert.deepEqual(await figuresOf(ledger, cap), { spent: 0.8, reserved: 0 })
  assert.deepEqual(await breaches(host.pool), [])
})

test('a call takes all of its accounts or none, and hears of the one that lets it wait longest', async () => {
  const ledger = host.ledger()
  const [wide, narrow] = [capOf(100), capOf(1)]
  const daily = capOf(1, { periodEnd: new Date(Date.now() + 3_600_000) })
  const held = await reserved(ledger, [wide, narrow, daily], 1)
  await ledger.write([ledger.settle(held, { usd: 1 })])
  const refusal = await refused(ledger, [wide, daily, narrow], 0.5)
  assert.equal(refusal.account.id, narrow.id)
  assert.equal((await figuresOf(ledger, wide)).spent, 1)
  const untilMidnight = await refused(ledger, [wide, daily], 0.5)
  assert.ok(untilMidnight.frees !== null && daily.periodEnd !== null)
  assert.ok(Math.abs(untilMidnight.frees.getTime() - daily.periodEnd.getTime()) < 60_000)
  // What was leased ahead for the next calls is no reservation, and goes back with its process.
  await ledger[Symbol.asyncDispose]()
  assert.deepEqual(await figuresOf(host.ledger(), wide), { spent: 1, reserved: 0 })
})

test('accounts of other units and amounts of nothing need nothing', async () => {
  const ledger = host.ledger()
  const cap = capOf(0)
  const result = ledger.reserve([cap], { tokens: 5, usd: 0 }, facts)
  assert.ok(!(result instanceof Promise) && result.kind === 'reservation')
  const record = ledger.settle(result, { usd: 1 })
  assert.deepEqual(record.parts, [])
  await ledger.write([record])
  assert.deepEqual(await ledger.statement([cap.id]), [])
})

for (const amount of [Number.NaN, -1, Number.POSITIVE_INFINITY, 1e10]) {
  test(`an amount of ${amount} is refused, reserved or settled`, async () => {
    const ledger = host.ledger()
    const cap = capOf(10)
    assert.throws(() => ledger.reserve([cap], { usd: amount }, facts), { code: 'input_invalid' })
    const one = await reserved(ledger, [cap], 1)
    assert.throws(() => ledger.settle(one, { usd: amount }), { code: 'input_invalid' })
    await ledger.write([ledger.release(one)])
  })
}

test('settlements count once, however often they are written', async () => {
  const ledger = host.ledger()
  const cap = capOf(10)
  const record = ledger.settle(await reserved(ledger, [cap], 3), { usd: 2 })
  await Promise.all([ledger.write([record, record]), host.ledger().write([record])])
  await ledger.write([{ ...record, parts: record.parts.map((part) => ({ ...part, actual: 9 })) }])
  assert.deepEqual(await figuresOf(ledger, cap), { spent: 2, reserved: 0 })
  assert.deepEqual(await breaches(host.pool), [])
})

test('a unit that the settlement does not name costs what was reserved', async () => {
  const ledger = host.ledger()
  const [usd, requests] = [capOf(10), capOf(10, { unit: 'requests', id: 'run:r:total:requests' })]
  const one = await ledger.reserve([usd, requests], { usd: 2, requests: 1 }, facts)
  assert.ok(one.kind === 'reservation')
  await ledger.write([ledger.settle(one, { usd: 0.5 })])
  assert.equal((await figuresOf(ledger, requests)).spent, 1)
})

test('a limit that is configured anew holds from the next reservation', async () => {
  const ledger = host.ledger()
  const cap = capOf(10)
  const one = await reserved(ledger, [cap], 5)
  await refused(ledger, [{ ...cap, limit: 6 }], 2)
  await reserved(ledger, [{ ...cap, limit: 8 }], 2)
  const [found] = await ledger.statement([cap.id])
  assert.equal(found?.limit, 8)
  await ledger.write([ledger.release(one)])
})

test('sums stay exact over amounts that doubles cannot say', async () => {
  const ledger = host.ledger()
  const cap = capOf(1000)
  const all = await Promise.all(Array.from({ length: 300 }, () => reserved(ledger, [cap], 0.1)))
  await ledger.write(all.map((one) => ledger.settle(one, { usd: 0.1 })))
  assert.deepEqual(await figuresOf(ledger, cap), { spent: 30, reserved: 0 })
})

test('what is leased ahead is reserved from at once, and goes back when it lies idle or on close', async () => {
  let now = 0
  const ledger = host.ledger({ monotonic: () => now })
  const cap = capOf(1000)
  const held = []
  for (let n = 0; n < 40; n += 1) {
    now += 10
    held.push(await reserved(ledger, [cap], 1))
  }
  const before = await figuresOf(ledger, cap)
  assert.ok(before.reserved > 40, `${before.reserved} reserved for 40`)
  assert.ok(!(ledger.reserve([cap], { usd: 1 }, facts) instanceof Promise), 'no round trip')
  await ledger.renew()
  assert.ok((await figuresOf(ledger, cap)).reserved > 41, 'in use, it stays')
  now += 3500
  await ledger.renew()
  assert.deepEqual(await figuresOf(ledger, cap), { spent: 0, reserved: 41 })
  await ledger.close()
  assert.throws(() => ledger.reserve([cap], { usd: 1 }, facts), { code: 'shutting_down' })
  await host.ledger().write(held.map((one) => ledger.settle(one, { usd: 2 })))
  assert.deepEqual(await figuresOf(host.ledger(), cap), { spent: 80, reserved: 1 })
  assert.deepEqual(await breaches(host.pool), [])
})

test('accounts that are done with leave no chunks behind', async () => {
  let now = 0
  const ledger = host.ledger({ monotonic: () => now })
  const cap = capOf(10)
  await ledger.write([ledger.settle(await reserved(ledger, [cap], 1), { usd: 1 })])
  now += 61_000
  await reserved(ledger, [capOf(10)], 1)
  await ledger.renew()
  const chunks = 'select 1 from maniple.ledger_chunks where account_id = $1'
  assert.equal((await host.pool.query(chunks, [cap.id])).rowCount, 0)
  await reserved(ledger, [cap], 9)
  await refused(ledger, [cap], 1)
  assert.deepEqual(await breaches(host.pool), [])
})
