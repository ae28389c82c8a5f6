import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { AppError } from '../shared/index.ts'
import { isConnectionError, isDataError } from './database-errors.ts'

const withCode = (code: string) => Object.assign(new Error(code), { code })

test('a server that went away, starts up or is full is a connection error', () => {
  for (const code of ['08006', '08P01', '57P01', '57P03', '53300', 'ECONNRESET', 'EPIPE']) {
    assert.equal(isConnectionError(withCode(code)), true, code)
    assert.equal(isConnectionError(new Error('wrapped', { cause: withCode(code) })), true, code)
  }
  for (const message of [
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
  ]) {
    assert.equal(isConnectionError(new Error(message)), true, message)
  }
  assert.equal(isConnectionError(new AggregateError([withCode('ECONNREFUSED')])), true)
  assert.equal(isConnectionError(new AppError('database_unavailable', 'x')), true)
})

test('a refused socket, as Node really reports it, is a connection error', async () => {
  const failure = await new Promise((resolve) => {
    connect('/nonexistent/.s.PGSQL.5432').once('error', resolve)
  })
  assert.equal(isConnectionError(failure), true)
})

test('faults in the data, the statement or a file are not', () => {
  for (const code of ['22P02', '23505', '42601', '28P01', 'ENOENT']) {
    assert.equal(isConnectionError(withCode(code)), false, code)
  }
  assert.equal(isConnectionError(new Error('Cannot use a pool after calling end')), false)
  assert.equal(isConnectionError('ECONNRESET'), false)
  const final = new AppError('database_unavailable', 'x', { isRetryable: false })
  assert.equal(isConnectionError(final), false)
})

test('classes 22 and 23 are data errors', () => {
  for (const code of ['22P05', '22P02', '22021', '23505']) {
    assert.equal(isDataError(withCode(code)), true, code)
  }
  for (const code of ['57P01', '42601', '2200', 'ECONNRESET']) {
    assert.equal(isDataError(withCode(code)), false, code)
  }
  assert.equal(isDataError(new Error('wrapped', { cause: withCode('22P05') })), true)
})
