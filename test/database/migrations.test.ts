import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openDatabase } from '../../src/database/index.ts'
import { silentLog } from '../support/silent-log.ts'
import { testDatabase } from '../support/test-database.ts'

type Files = Readonly<Record<string, string>>

function folderOf(t: TestContext, files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'maniple-migrations-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, name), sql)
  return folder
}

/** A database without our own schema, and a way to open it with migrations of the test's own. */
async function emptyDatabase(t: TestContext) {
  const { url, pool } = await testDatabase(t)
  await pool.query('drop schema if exists maniple cascade')
  const open = async (migrationsFolder: string) => {
    const options = { databaseUrl: url, dataDir: tmpdir(), log: silentLog, migrationsFolder }
    await using database = await openDatabase(options)
    await database.pool.query('select 1')
  }
  const names = async () => {
    const text = 'select number, name from maniple.migrations order by number'
    const { rows } = await pool.query<{ number: number; name: string }>(text)
    return rows.map((row) => `${row.number} ${row.name}`)
  }
  return { open, names, pool }
}

const first = { '0001-one.sql': 'create table maniple.one (id bigint); select pg_sleep(0.1);' }
const second = { ...first, '0002-two.sql': 'alter table maniple.one add column note text;' }

test('files are applied in order, once, and later ones on top', async (t) => {
  const { open, names } = await emptyDatabase(t)
  await open(folderOf(t, first))
  await open(folderOf(t, second))
  await open(folderOf(t, second))
  assert.deepEqual(await names(), ['1 one', '2 two'])
})

test('eight processes at once apply each file once', async (t) => {
  const { open, names } = await emptyDatabase(t)
  const folder = folderOf(t, second)
  await Promise.all(Array.from({ length: 8 }, () => open(folder)))
  assert.deepEqual(await names(), ['1 one', '2 two'])
})

test('a file that fails leaves nothing of itself behind and is tried again', async (t) => {
  const { open, names, pool } = await emptyDatabase(t)
  const broken = { ...first, '0002-two.sql': 'create table maniple.two (id bigint); select 1/0;' }
  await assert.rejects(() => open(folderOf(t, broken)), /0002-two.*division by zero/)
  const { rows } = await pool.query(`select to_regclass('maniple.two') as found`)
  assert.deepEqual(rows, [{ found: null }])
  await open(folderOf(t, second))
  assert.deepEqual(await names(), ['1 one', '2 two'])
})

test('data of a newer Maniple is refused with both numbers', async (t) => {
  const { open } = await emptyDatabase(t)
  await open(folderOf(t, second))
  await assert.rejects(() => open(folderOf(t, first)), {
    code: 'database_newer',
    message: 'The database is at migration 2, this Maniple knows 1: upgrade Maniple',
  })
})

test('an edited file is refused by name', async (t) => {
  const { open } = await emptyDatabase(t)
  await open(folderOf(t, first))
  const edited = { '0001-one.sql': 'create table maniple.one (id integer);' }
  await assert.rejects(() => open(folderOf(t, edited)), {
    code: 'database_edited',
    message: /1 \(one\)/,
  })
})

test('a gap in the numbers is refused', async (t) => {
  const { open } = await emptyDatabase(t)
  const gap = { ...first, '0003-three.sql': '' }
  await assert.rejects(() => open(folderOf(t, gap)), /0003-three\.sql is out of order/)
})
