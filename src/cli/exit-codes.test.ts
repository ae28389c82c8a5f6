import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodeOfError, exitCodeOfRun } from './exit-codes.ts'

test('errors exit by whose they are', () => {
  assert.equal(exitCodeOfError('split_cycle'), 2)
  assert.equal(exitCodeOfError('not_found'), 2)
  assert.equal(exitCodeOfError('input_too_large'), 2)
  assert.equal(exitCodeOfError('config_invalid'), 2)
  assert.equal(exitCodeOfError('database_unavailable'), 3)
  assert.equal(exitCodeOfError('disk_full'), 3)
  assert.equal(exitCodeOfError('port_taken'), 3)
  assert.equal(exitCodeOfError('cancelled'), 130)
  assert.equal(exitCodeOfError('internal'), 70)
  assert.equal(exitCodeOfError('model_rate_limited'), 1)
})

test('a run exits 0 only when it succeeded and the whole is sound', () => {
  assert.equal(exitCodeOfRun('succeeded', true), 0)
  assert.equal(exitCodeOfRun('succeeded', false), 1)
  assert.equal(exitCodeOfRun('partial', true), 1)
  assert.equal(exitCodeOfRun('failed', true), 1)
  assert.equal(exitCodeOfRun('cancelled', true), 130)
})
