import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pendingMigrations } from './migrations.ts'

const migration = (number: number) => ({
  number,
  name: `m${number}`,
  sql: '',
  checksum: `c${number}`,
})
const known = [1, 2, 3].map(migration)

test('what is recorded is not applied again, whatever was left out in between', () => {
  const pending = pendingMigrations(known, [migration(1), migration(3)])
  assert.deepEqual(pending, [migration(2)])
})

test('a number that we do not know means newer data', () => {
  assert.throws(() => pendingMigrations(known, [...known, migration(4)]), {
    code: 'database_newer',
    message: /at migration 4, this Maniple knows 3/,
  })
})

test('another checksum means an edited file', () => {
  const edited = { ...migration(2), checksum: 'other' }
  assert.throws(() => pendingMigrations(known, [migration(1), edited]), { code: 'database_edited' })
})
