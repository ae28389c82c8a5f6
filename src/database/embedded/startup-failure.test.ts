import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPassing, isPortTaken, startupFailure } from './startup-failure.ts'

const failure = (output: string) => startupFailure('/data/cluster', output, '/data/postgres.log')

test('a dying predecessor passes, a full disk does not', () => {
  assert.ok(isPassing('FATAL:  lock file "postmaster.pid" already exists'))
  assert.ok(isPassing('FATAL:  pre-existing shared memory block (key 5, ID 6) is still in use'))
  assert.ok(!isPassing('FATAL:  could not write file: No space left on device'))
  assert.ok(isPortTaken('FATAL:  could not create any TCP/IP sockets'))
})

test('what PostgreSQL says becomes a code and a remedy', () => {
  assert.equal(failure('PANIC: could not write: No space left on device').code, 'disk_full')
  assert.equal(failure('FATAL: ... Permission denied').code, 'database_unreachable_path')
  assert.equal(failure('lock file "postmaster.pid" already exists').code, 'database_in_use')
})

test('what is not known is quoted, with the log to look into', () => {
  const { message } = failure('x\nFATAL:  bad luck\ny')
  assert.equal(
    message,
    'PostgreSQL cannot start in /data/cluster: bad luck (see /data/postgres.log)',
  )
})
