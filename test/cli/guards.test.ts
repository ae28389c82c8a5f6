import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openDatabase } from '../../src/database/index.ts'
import { silentLog } from '../support/silent-log.ts'
import { type CommandLine, openCommandLine } from './command-line.ts'

let line: CommandLine
before(async () => {
  line = await openCommandLine()
})
after(async () => line[Symbol.asyncDispose]())

const run = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await line.run(args)
  return { code, stdout, stderr, json: () => JSON.parse(stdout) }
}

test('a token is made, listed without its secret, and revoked', async () => {
  const made = await run('token', 'create', '--name', 'ci', '--role', 'operator', '--expires', '30')
  assert.equal(made.code, 0, made.stderr)
  assert.match(made.stdout, /^mnp_[\w-]{43}\n$/)
  const listed = await run('token', 'list', '--json')
  const [token] = listed.json().tokens
  assert.deepEqual([token.name, token.role, token.revokedAt], ['ci', 'operator', null])
  assert.ok(!listed.stdout.includes('mnp_'))
  assert.equal((await run('token', 'create', '--name', 'ci', '--role', 'viewer')).code, 2)
  assert.equal((await run('token', 'create', '--name', 'x')).code, 2)
  assert.equal((await run('token', 'revoke', 'ci')).code, 0)
  assert.match((await run('token', 'list')).stdout, /ci +operator +revoked/)
  const unknown = await run('token', 'revoke', 'ci', '--json')
  assert.deepEqual([unknown.code, unknown.json().error.code], [2, 'not_found'])
})

test('the audit of that verifies, is exported and pruned; a broken one is told, with exit 1', async () => {
  const verified = await run('audit', 'verify', '--json')
  assert.equal(verified.code, 0, verified.stderr)
  assert.ok(verified.json().records >= 2)
  const file = join(line.dataDir, 'audit.ndjson')
  const heads = join(line.dataDir, 'heads.json')
  const exported = await run('audit', 'export', '--out', file)
  assert.equal(exported.code, 0, exported.stderr)
  await writeFile(heads, exported.stdout)
  assert.match(await readFile(file, 'utf8'), /"action":"CreateToken"[\s\S]+"action":"RevokeToken"/)
  assert.equal((await run('audit', 'export', '--out', file)).code, 2, 'never written over')
  assert.ok((await run('audit', 'export', '--json')).json().records.length >= 2)
  for (const kept of [heads, file]) {
    assert.equal((await run('audit', 'verify', '--heads', kept)).code, 0)
  }
  const pruned = await run('audit', 'prune', '--older-than', '0', '--json')
  assert.ok(pruned.json().records >= 2, pruned.stdout)
  assert.equal((await run('audit', 'verify', '--heads', heads)).code, 0)
  const none = await run('audit', 'verify', '--heads', join(line.dataDir, 'none'))
  assert.equal(none.code, 2)
  assert.match(none.stderr, /--heads .*none cannot be read: there is no such file/)

  await using database = await openDatabase({ dataDir: line.dataDir, log: silentLog })
  const client = await database.pool.connect()
  await client.query('set session_replication_role = replica')
  await client.query(`update maniple.audit_entries set actor = 'eve' where segment = 0 and seq = 1`)
  client.release(true)
  const broken = await run('audit', 'verify')
  assert.equal(broken.code, 1)
  assert.match(broken.stderr, /segment 0, record 1 \(opened-1\): changed.*\(audit_broken\)\n$/)
  const told = await run('audit', 'verify', '--json')
  assert.deepEqual([told.code, told.json().error.code], [1, 'audit_broken'])
})
