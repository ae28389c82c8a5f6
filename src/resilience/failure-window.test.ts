import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FailureWindow } from './failure-window.ts'

test('half of the latest twenty must fail, and ten must have been made', () => {
  const window = new FailureWindow({ share: 0.5, calls: 20 })
  const answers = Array.from({ length: 10 }, () => window.failed())
  assert.deepEqual(answers.slice(0, 9), Array(9).fill(false))
  assert.equal(answers[9], true)
})

test('one failure in ten never says so', () => {
  const window = new FailureWindow({ share: 0.5, calls: 20 })
  for (let n = 0; n < 1000; n += 1) {
    if (n % 10 === 0) assert.equal(window.failed(), false)
    else window.succeeded()
  }
})

test('old successes are forgotten', () => {
  const window = new FailureWindow({ share: 0.5, calls: 20 })
  for (let n = 0; n < 500; n += 1) window.succeeded()
  let failures = 1
  while (!window.failed()) failures += 1
  assert.equal(failures, 10)
})
