import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionFailure, placeOf } from './connection-failure.ts'

test('a place has neither user nor password', () => {
  assert.equal(placeOf('postgres://me:secret@db.example/app'), 'db.example:5432/app')
  assert.throws(() => placeOf('secret'), { code: 'config_invalid' })
})

test('a wrong password is not worth a retry, a server that is down is', () => {
  const failure = (code: string) =>
    connectionFailure('h:1/d', Object.assign(new Error('x'), { code }))
  assert.equal(failure('28P01').isRetryable, false)
  assert.equal(failure('ECONNREFUSED').isRetryable, true)
  assert.match(
    failure('ECONNREFUSED').message,
    /^PostgreSQL at h:1\/d does not accept connections: /,
  )
})

test('an unknown failure keeps to one line', () => {
  assert.equal(
    connectionFailure('h:1/d', new Error('first\nsecond')).message,
    'PostgreSQL at h:1/d cannot be used: first',
  )
})
