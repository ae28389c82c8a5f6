import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { testDatabase } from '../support/test-database.ts'

test('each test has a migrated database of its own', async (t) => {
  const [one, two] = await Promise.all([testDatabase(t), testDatabase(t)])
  assert.notEqual(one.url, two.url)
  await one.pool.query('create table only_here (id bigint)')
  const seen = await two.pool.query(`select to_regclass('only_here') as found`)
  assert.deepEqual(seen.rows, [{ found: null }])
  const big = await two.pool.query('select 9007199254740991::bigint as number')
  assert.deepEqual(big.rows, [{ number: Number.MAX_SAFE_INTEGER }])
})

test('a connection that is left open fails the test that left it', async () => {
  const database = await testDatabase()
  const forgotten = new pg.Client({ connectionString: database.url, application_name: 'forgotten' })
  forgotten.on('error', () => {})
  await forgotten.connect()
  await assert.rejects(async () => database[Symbol.asyncDispose](), /1 connections open: forgotten/)
})
