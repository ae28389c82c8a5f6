import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rateConfidence } from './rate-confidence.ts'

const plain = { stated: 0.9, repaired: false, retries: 0, fallback: false }

test('what the model says stands, lowered for repair, tries and fallback', () => {
  assert.equal(rateConfidence(plain), 0.9)
  assert.equal(rateConfidence({ ...plain, repaired: true }), 0.72)
  assert.equal(rateConfidence({ ...plain, retries: 2 }), 0.729)
  assert.equal(rateConfidence({ ...plain, fallback: true }), 0.81)
  assert.equal(rateConfidence({ ...plain, stated: 7 }), 1)
  assert.equal(rateConfidence({ ...plain, stated: -1 }), 0)
})
