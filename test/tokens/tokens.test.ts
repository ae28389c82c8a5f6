import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pool } from 'pg'
import { createTokens } from '../../src/records/index.ts'
import { newAudit } from '../audit/audit-host.ts'
import { testDatabase } from '../support/test-database.ts'

const by = { user: 'ada', role: 'admin', via: 'cli' } as const

const started = async (t: Parameters<typeof testDatabase>[0]) => {
  const { pool } = await testDatabase(t)
  return { pool, tokens: createTokens({ pool, audit: newAudit(pool) }) }
}

const actions = async (pool: Pool): Promise<unknown> => {
  const { rows } = await pool.query<{ action: string; name: string }>(
    `select action, entry::json -> 'details' ->> 'TokenName' as name
     from maniple.audit_entries where segment > 0 order by segment, seq`,
  )
  return rows.map(({ action, name }) => `${action} ${name}`)
}

test('a token is found by its text, which is stored nowhere', async (t) => {
  const { pool, tokens } = await started(t)
  const plain = await tokens.create({ name: 'ci', role: 'operator' }, by)
  assert.match(plain, /^mnp_[\w-]{43}$/)
  assert.deepEqual(await tokens.find(plain), { name: 'ci', role: 'operator' })
  const tables = ['tokens', 'audit_entries']
  for (const table of tables) {
    const { rows } = await pool.query(`select * from maniple.${table}`)
    assert.ok(!JSON.stringify(rows).includes(plain), table)
  }
  assert.ok(!JSON.stringify(await tokens.list()).includes('hash'))
  for (const wrong of ['', 'mnp_', `${plain}x`, plain.toLowerCase(), `mnp_${'A'.repeat(43)}`, '\0'])
    assert.equal(await tokens.find(wrong), null, wrong)
})

test('revoked and expired tokens open nothing; the name of a revoked one is free', async (t) => {
  const { pool, tokens } = await started(t)
  const first = await tokens.create({ name: 'ci', role: 'admin' }, by)
  await assert.rejects(tokens.create({ name: 'ci', role: 'viewer' }, by), /revoke it first/)
  await tokens.revoke('ci', by)
  assert.equal(await tokens.find(first), null)
  await assert.rejects(tokens.revoke('ci', by), { code: 'not_found' })
  const second = await tokens.create({ name: 'ci', role: 'viewer' }, by)
  assert.deepEqual(await tokens.find(second), { name: 'ci', role: 'viewer' })
  const expired = await tokens.create({ name: 'old', role: 'viewer', expires: new Date(0) }, by)
  assert.equal(await tokens.find(expired), null)
  const listed = await tokens.list()
  assert.deepEqual(
    listed.map(({ name, revokedAt }) => [name, revokedAt !== null]),
    [
      ['old', false],
      ['ci', false],
      ['ci', true],
    ],
  )
  // What was refused left no trace; what was done did, once.
  assert.deepEqual(await actions(pool), [
    'CreateToken ci',
    'RevokeToken ci',
    'CreateToken ci',
    'CreateToken old',
  ])
  assert.equal(await tokens.anyValid(), true)
  await tokens.revoke('ci', by)
  assert.equal(await tokens.anyValid(), false, 'one is expired, two are revoked')
})

test('the last use is written at most once a minute', async (t) => {
  const { pool, tokens } = await started(t)
  const plain = await tokens.create({ name: 'ci', role: 'viewer' }, by)
  const version = async (): Promise<unknown> => {
    const { rows } = await pool.query(
      'select xmin::text as version, last_used_at is not null as used from maniple.tokens',
    )
    return rows[0]
  }
  await tokens.find(plain)
  const once = await version()
  assert.ok(JSON.stringify(once).includes('"used":true'))
  for (let n = 0; n < 5; n += 1) await tokens.find(plain)
  assert.deepEqual(await version(), once)
  await pool.query(`update maniple.tokens set last_used_at = now() - interval '61 seconds'`)
  const aged = await version()
  await tokens.find(plain)
  assert.notDeepEqual(await version(), aged)
})

test('names that would mislead are refused', async (t) => {
  const { tokens } = await started(t)
  for (const name of ['', 'local', ' ci', 'a b', '-x', 'ä', 'a\u0000', 'x'.repeat(65)]) {
    const refused = { code: 'usage_invalid' }
    await assert.rejects(tokens.create({ name, role: 'viewer' }, by), refused, name)
  }
})

test('names of the product itself, and another case of a name in use, are refused', async (t) => {
  const { tokens } = await started(t)
  for (const name of ['local', 'maniple', 'anonymous', 'system', 'Maniple', 'SYSTEM']) {
    const refused = { code: 'usage_invalid', message: /is reserved, as are anonymous, local/ }
    await assert.rejects(tokens.create({ name, role: 'viewer' }, by), refused, name)
  }
  await tokens.create({ name: 'Ada', role: 'admin' }, by)
  const near = { code: 'usage_invalid', message: /named "Ada", and "ADA" differs from it only by/ }
  await assert.rejects(tokens.create({ name: 'ADA', role: 'viewer' }, by), near)
  await tokens.revoke('Ada', by)
  await tokens.create({ name: 'ADA', role: 'viewer' }, by)
})

test('of names that differ by case, given at the same time, one is made', async (t) => {
  const { tokens } = await started(t)
  const names = ['bob', 'Bob', 'bOb', 'boB', 'BOB', 'BoB']
  const made = await Promise.allSettled(
    names.map((name) => tokens.create({ name, role: 'viewer' }, by)),
  )
  assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal((await tokens.list()).length, 1)
})
