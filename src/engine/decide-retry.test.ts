import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../shared/index.ts'
import { decideRetry } from './decide-retry.ts'
import type { ClaimedTask } from './engine-types.ts'

const claimed = (retries: number, maxRetries: number): ClaimedTask => ({
  task: 1,
  attempt: 1,
  retries,
  choice: null,
  maxRetries,
  isClosing: false,
  priority: 'medium',
  complexity: 'low',
  runId: 'r',
  key: 'a',
  title: 'A',
  type: 'general',
  agent: 'model',
  dependsOn: [],
  timeoutMs: 1000,
  payload: {},
})
const half = () => 0.5

test('an error is tried again with a delay that doubles, until the retries are used up', () => {
  const error = new AppError('model_failed', 'overloaded')
  const kinds = [0, 1, 2, 3].map((retries) => {
    const { kind, delayMs } = decideRetry(claimed(retries, 3), error, half)
    return [kind, delayMs]
  })
  assert.deepEqual(kinds, [
    ['retry', 500],
    ['retry', 1000],
    ['retry', 2000],
    ['failed', 0],
  ])
})

test('an error that no retry can help fails at once, with its own code', () => {
  const error = new AppError('model_auth', 'the key was refused')
  assert.deepEqual(decideRetry(claimed(0, 3), error, half), {
    kind: 'failed',
    code: 'model_auth',
    message: 'the key was refused',
    delayMs: 0,
  })
})

test('what the other side asked for is obeyed', () => {
  const error = new AppError('model_rate_limited', 'slow down', { retryAfterMs: 30_000 })
  const { delayMs } = decideRetry(claimed(0, 1), error, half)
  assert.ok(delayMs >= 30_000 && delayMs < 31_001)
})

test('whatever an agent throws becomes a message that the database can store', () => {
  const unshowable = { toString: () => ({}) }
  const odd = Object.assign(new Error(), { message: 42 })
  const thrown = ['plain', 7, null, undefined, Symbol('s'), odd, unshowable, Object.create(null)]
  const messages = thrown.map((error) => decideRetry(claimed(0, 1), error, half).message)
  assert.deepEqual(messages.slice(0, 6), ['plain', '7', 'null', 'undefined', 'Symbol(s)', '42'])
  assert.match(messages[6] ?? '', /cannot be shown/)
  assert.match(messages[7] ?? '', /cannot be shown/)
  const hostile = decideRetry(claimed(0, 1), new Error('a\0b \ud800 c'), half)
  assert.equal(hostile.message, 'ab \ufffd c')
  assert.equal(hostile.code, 'agent_failed')
  assert.equal(decideRetry(claimed(0, 1), 'x'.repeat(9000), half).message?.length, 4000)
  const cut = decideRetry(claimed(0, 1), `x${'\u{1f600}'.repeat(4000)}`, half).message
  assert.equal(cut?.isWellFormed(), true, 'cutting makes no half character')
})
