import assert from 'node:assert/strict'
import { test } from 'node:test'
import { capOf, figuresOf, ledgerHost, refused, reserved } from './ledger-host.ts'

const host = await ledgerHost()

test('what is foreseen is what asking would bring, once the calls under way have ended', async () => {
  const ledger = host.ledger()
  const periodEnd = new Date(Date.now() + 3_600_000)
  const [total, daily] = [capOf(1), capOf(1, { periodEnd })]
  const rate = capOf(1, { perMinute: 1 })
  assert.equal((await ledger.foresee([total], { usd: 1.000001 }))?.frees, null)
  const held = await reserved(ledger, [total, daily, rate], 1)
  // Only reserved: it may come back. And a rate lets everything through in the end.
  assert.equal(await ledger.foresee([total, daily, rate], { usd: 1 }), null)
  await ledger.write([ledger.settle(held, { usd: 0.7 })])
  assert.equal(await ledger.foresee([total, daily, rate], { usd: 0.3 }), null)
  for (const accounts of [[total], [total, daily, rate], [daily, total]]) {
    const { frees, ...foreseen } = (await ledger.foresee(accounts, { usd: 0.300001 })) ?? {}
    const { frees: asked, ...refusal } = await refused(ledger, accounts, 0.300001)
    assert.deepEqual({ ...foreseen, frees }, { ...refusal, frees: asked })
    assert.equal(frees, null)
  }
  const foreseen = await ledger.foresee([daily], { usd: 0.5 })
  assert.equal(foreseen?.account.id, daily.id)
  assert.ok(Math.abs((foreseen.frees?.getTime() ?? 0) - periodEnd.getTime()) < 2000)
  assert.deepEqual(await figuresOf(ledger, total), { spent: 0.7, reserved: 0 })
})
