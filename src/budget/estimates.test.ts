import assert from 'node:assert/strict'
import { test } from 'node:test'
import { estimateCost } from './estimate-cost.ts'
import { estimateTokens } from './estimate-tokens.ts'
import { laneAccounts } from './lane-accounts.ts'

test('a call costs its input and all the output it may have', () => {
  const price = { inputUsdPerMillion: 2.5, outputUsdPerMillion: 10 }
  assert.equal(estimateCost(price, { inputTokens: 1_000_000, maxOutputTokens: 0 }), 2.5)
  assert.equal(estimateCost(price, { inputTokens: 4000, maxOutputTokens: 1000 }), 0.02)
})

test('tokens are estimated from bytes, so that other scripts count for more', () => {
  assert.equal(estimateTokens(''), 0)
  assert.equal(estimateTokens('a'), 1)
  assert.equal(estimateTokens('The quick brown fox jumps over the lazy dog.'), 15)
  assert.equal(estimateTokens('漢字仮名交じり文'), 8)
})

test('a lane has an account for each of its rates', () => {
  const none = { name: 'model:a', requestsPerMinute: null, tokensPerMinute: null }
  assert.deepEqual(laneAccounts(none), [])
  assert.deepEqual(laneAccounts({ ...none, requestsPerMinute: 3, tokensPerMinute: 6000 }), [
    {
      id: 'lane:model:a:rate:requests',
      unit: 'requests',
      limit: 1,
      perMinute: 3,
      periodEnd: null,
    },
    {
      id: 'lane:model:a:rate:tokens',
      unit: 'tokens',
      limit: 1000,
      perMinute: 6000,
      periodEnd: null,
    },
  ])
})
