import assert from 'node:assert/strict'
import test from 'node:test'
import { judgeComplexity } from './judge-complexity.ts'

test('short and easy is low, plain is medium, far-reaching is high', () => {
  assert.equal(judgeComplexity('Fix a typo in the README'), 'low')
  assert.equal(judgeComplexity(''), 'low')
  const plain = 'Add a button to the order page that lets a customer repeat an order of the past.'
  assert.equal(judgeComplexity(plain), 'medium')
  const far =
    'Migrate the payment service to a distributed architecture without losing transactions, for all tenants.'
  assert.equal(judgeComplexity(far), 'high')
})

test('length and listed points count', () => {
  const step = '- write one more form with three fields and a button\n'
  assert.equal(judgeComplexity(step.repeat(2)), 'medium')
  assert.equal(judgeComplexity(step.repeat(60)), 'high')
  assert.equal(judgeComplexity('word '.repeat(200_000)), 'high')
})

test('a sign counts once, however often it is repeated', () => {
  assert.equal(judgeComplexity('deadlock '.repeat(5)), judgeComplexity('deadlock'))
})
