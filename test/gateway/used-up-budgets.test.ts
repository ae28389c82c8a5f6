import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pool } from 'pg'
import { modelsCalled, openStage } from './gateway-stage.ts'

/** The estimates of a call are 0.5 and 0.05 dollars, of the answer's 500 tokens alone. */
const models = {
  dear: { price: { inputUsdPerMillion: 0, outputUsdPerMillion: 1000 } },
  cheap: { price: { inputUsdPerMillion: 0, outputUsdPerMillion: 100 } },
}
const total = { scope: 'all', period: 'total', unit: 'usd' } as const
/** All models but the one whose lane the task holds. */
const full = { takeWay: async () => null }

/** So much is spent in every account, and nothing reserved, as if settlements had been written. */
async function spend(pool: Pool, micros: number): Promise<void> {
  await pool.query('update maniple.ledger_accounts set spent = $1, reserved = 0', [micros])
}

test('a budget that fits no model fails the task, though one of the models is full', async (t) => {
  const stage = await openStage(t, models, { caps: [{ ...total, amount: 0.04 }] })
  const { ask, provider } = stage
  await assert.rejects(ask(full), { code: 'budget_exhausted' })
  await assert.rejects(ask({ ...full, choice: 'cheap' }), { code: 'budget_exhausted' })
  // Nor does a model that is shut, rather than full, keep it waiting.
  await stage.engine.lanes.shut('model:cheap', 'rate', 60_000)
  await stage.engine.lanes.refresh()
  await assert.rejects(ask(), { code: 'budget_exhausted' })
  assert.deepEqual(modelsCalled(provider), [])
})

test('a cheaper model that still fits is worth waiting for, until what is spent leaves no room', async (t) => {
  const { ask, provider, pool } = await openStage(t, models, { caps: [{ ...total, amount: 0.06 }] })
  assert.equal((await ask(full)).reply, null)
  assert.equal((await ask()).reply?.model, 'cheap')
  await spend(pool, 20_000)
  await assert.rejects(ask(full), { code: 'budget_exhausted' })
  assert.deepEqual(modelsCalled(provider), ['cheap'])
})

test('a full model that fits no more this month is waited for until the month ends', async (t) => {
  const caps = [{ ...total, period: 'month', unit: 'requests', amount: 1 }] as const
  const { ask, engine, pool } = await openStage(t, models, { caps })
  const lane = 'budget:all:month:requests'
  await engine.lanes.set([{ name: lane, capacity: 9 }])
  assert.equal((await ask()).reply?.model, 'dear')
  await spend(pool, 1e6)
  assert.equal((await ask(full)).reply, null)
  const [state] = await engine.lanes.read([lane])
  assert.equal(state?.shut?.reason, 'budget')
  assert.ok(state.shut.forMs > 2000, `${state.shut.forMs} ms`)
})

test('a model without a price is none to wait for, and no reason to fail, while a budget waits', async (t) => {
  const caps = [
    { ...total, period: 'month', amount: 0.6 },
    { ...total, amount: 100 },
  ] as const
  const { ask, provider, pool } = await openStage(t, { dear: models.dear, odd: {} }, { caps })
  assert.equal((await ask()).reply?.model, 'dear')
  await spend(pool, 500_000)
  assert.equal((await ask()).reply, null)
  assert.equal((await ask(full)).reply, null)
  assert.deepEqual(modelsCalled(provider), ['dear'])
  await assert.rejects(ask({ order: ['odd'] }), { code: 'price_unknown' })
})
