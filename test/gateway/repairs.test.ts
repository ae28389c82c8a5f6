import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import type { Cap } from '../../src/budget/index.ts'
import type { CompletionRecord } from '../../src/contracts/index.ts'
import { modelsCalled, openStage } from './gateway-stage.ts'

const schema = z.object({ result: z.string() })

const cap = (unit: string, amount: number): Cap => ({ scope: 'all', period: 'total', unit, amount })

/** What was settled of a unit, call by call. */
function settled(kept: readonly CompletionRecord[], unit: string): readonly number[] {
  return kept.flatMap((one) =>
    one.kind === 'settlement'
      ? one.record.parts.filter((part) => part.unit === unit).map(({ actual }) => actual)
      : [],
  )
}

// A call reserves 500 tokens for its answer, and some for what it is asked.
for (const [unit, amount] of [
  ['requests', 1],
  ['tokens', 900],
] as const) {
  test(`a cap in ${unit} that admits one call is not passed by the repair of its answer`, async (t) => {
    const caps = [cap(unit, amount)]
    const { provider, ask } = await openStage(t, { one: {}, two: {} }, { caps })
    provider.failNext('unfit')
    await assert.rejects(ask({ schema }), (error: Error & { kept?: CompletionRecord[] }) => {
      assert.match(error.message, /not asked to repair it: all:total:.* has too little left/)
      const spent = settled(error.kept ?? [], unit)
      assert.equal(spent.length, 1)
      assert.ok((spent[0] ?? 0) > 0 && (spent[0] ?? 0) <= amount * 1e6, String(spent))
      return true
    })
    assert.deepEqual(modelsCalled(provider), ['one'])
  })
}

test('a repair is reserved and settled by itself, and the call costs what both cost', async (t) => {
  const { provider, ask } = await openStage(
    t,
    { 'gpt-5': {} },
    { caps: [cap('requests', 2), cap('tokens', 1e6), cap('usd', 10)] },
  )
  provider.failNext('unfit')
  const { reply, kept, calls } = await ask({ schema })
  assert.equal(reply?.repaired, true)
  assert.deepEqual(settled(kept, 'requests'), [1e6, 1e6])
  const tokens = settled(kept, 'tokens')
  const used = (calls[0]?.inputTokens ?? 0) + (calls[0]?.outputTokens ?? 0)
  assert.equal(tokens.length, 2)
  assert.equal(
    tokens.reduce((sum, one) => sum + one, 0),
    used * 1e6,
  )
  const usd = settled(kept, 'usd').reduce((sum, one) => sum + one, 0)
  assert.ok(usd > 0 && Math.abs(usd - (reply.costUsd ?? 0) * 1e6) <= 2, `${usd}`)
  assert.equal((await ask({ schema })).reply, null)
  assert.equal(provider.calls().length, 2)
})

test('a second call that fails counts as it was reserved where nobody tells what it took', async (t) => {
  const { provider, ask } = await openStage(t, { one: {} }, { caps: [cap('tokens', 1e6)] })
  provider.failNext('unfit', 'reset')
  await assert.rejects(ask({ schema }), (error: Error & { kept?: CompletionRecord[] }) => {
    const [first = 0, second = 0] = settled(error.kept ?? [], 'tokens')
    assert.ok(first > 0 && first < 500e6 && second > 500e6, `${first} and ${second}`)
    return true
  })
})

test('a rate counts the repair, which waits until the rate has room for it', async (t) => {
  // Ten calls at once, then one each second.
  const { provider, ask } = await openStage(t, { one: { requestsPerMinute: 60 } })
  for (let asked = 0; asked < 9; asked += 1) await ask({ schema })
  provider.failNext('unfit')
  const { reply, kept } = await ask({ schema })
  assert.equal(reply?.repaired, true)
  assert.deepEqual(settled(kept, 'requests'), [1e6, 1e6])
  assert.equal(provider.calls().length, 11)
})

test('no repair goes into a lane that closed meanwhile: the next model is asked', async (t) => {
  const { provider, engine, ask } = await openStage(t, { one: {}, two: {} }, { latencyMs: 300 })
  provider.failNext('unfit')
  const asked = ask({ schema })
  while (provider.calls().length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  await engine.lanes.openBreaker('model:one', { openMs: 60_000, mostMs: 600_000, ageMs: 0 })
  await engine.lanes.refresh()
  const { reply } = await asked
  assert.equal(reply?.model, 'two')
  assert.deepEqual(modelsCalled(provider), ['one', 'two'])
})
