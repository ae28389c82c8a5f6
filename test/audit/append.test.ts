import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually } from '../support/embedded-server.ts'
import { asSuperuser, auditHost, entryOf, fill, newAudit } from './audit-host.ts'

const entriesOf = 'select count(*)::int as n from maniple.audit_entries where segment > 0'

test('a batch that is repeated is appended once', async (t) => {
  const { pool } = await auditHost(t)
  const audit = newAudit(pool)
  const rows = [1, 2, 3].map((n) => audit.entry(entryOf(`Step${n}`)))
  const batch = JSON.stringify(rows)
  const append = 'select maniple.append_audit($1, $2::json)'
  await Promise.all([1, 2, 3].map(() => pool.query(append, [audit.segment, batch])))
  await audit.append([...rows, ...rows])
  const found = await pool.query<{ action: string }>(
    'select action from maniple.audit_entries where segment > 0 order by segment, seq',
  )
  assert.deepEqual(
    found.rows.map(({ action }) => action),
    ['Step1', 'Step2', 'Step3'],
  )
  assert.equal((await audit.verify()).ok, true)
})

test('what is asked for at once goes down in a few commits, in order', async (t) => {
  const { pool } = await auditHost(t)
  const audit = newAudit(pool)
  const all = Array.from({ length: 500 }, (_, n) => audit.entry(entryOf(`Step${n}`)))
  await Promise.all(all.map((row) => audit.append([row])))
  const { rows } = await pool.query<{ ids: string[]; commits: number }>(
    `select array_agg(id order by seq) as ids, count(distinct xmin::text)::int as commits
     from maniple.audit_entries where segment = 1`,
  )
  assert.deepEqual(
    rows[0]?.ids,
    all.map(({ id }) => id),
  )
  assert.ok((rows[0]?.commits ?? 99) <= 3, `${rows[0]?.commits} commits`)
  await audit.close()
  await assert.rejects(audit.append(all.slice(0, 1)), { code: 'shutting_down' })
})

test('hostile and huge details are stored, without secrets and cut with a mark', async (t) => {
  const { pool } = await auditHost(t)
  const audit = newAudit(pool)
  const details = {
    nul: 'a\0b',
    half: '\ud800',
    'key\0': 1,
    huge: 'x'.repeat(5_000_000),
    apiKey: 'geheim',
    headers: { Authorization: 'Bearer geheim-geheim' },
    said: 'try Bearer geheimgeheim, sk-geheimgeheimgeheim or postgres://ada:geheim@db/x',
    InputTokens: 42,
    list: Array.from({ length: 1000 }, (_, n) => n),
  }
  const row = audit.entry(entryOf('Hostile', { details, actor: 'eve\0', repository: null }))
  await audit.append([row])
  const { rows } = await pool.query<{ entry: string; repository: unknown }>(
    'select entry, repository from maniple.audit_entries where segment = 1',
  )
  const text = rows[0]?.entry ?? ''
  assert.equal(text, JSON.stringify(row))
  assert.doesNotMatch(text, /geheim|\\u0000/)
  assert.match(text, /cut, 5000000 characters/)
  assert.match(text, /cut, 1000 items/)
  assert.match(text, /"InputTokens":42/)
  assert.ok(text.length < 10_000, `${text.length}`)
  const wide = Object.fromEntries(
    Array.from({ length: 5000 }, (_, n) => [`k${n}`, 'y'.repeat(400)]),
  )
  await audit.append([audit.entry(entryOf('Wide', { details: wide }))])
  assert.equal((await audit.verify()).ok, true)
})

test('two writers at once do not mix, and both chains verify', async (t) => {
  const { pool } = await auditHost(t)
  await Promise.all([fill(newAudit(pool), 40), fill(newAudit(pool), 40)])
  const { rows } = await pool.query(
    'select segment, count(*)::int as n from maniple.audit_entries where segment > 0 group by 1 order by 1',
  )
  assert.deepEqual(rows, [
    { segment: 1, n: 40 },
    { segment: 2, n: 40 },
  ])
  const report = await newAudit(pool).verify()
  assert.deepEqual([report.ok, report.records], [true, 82])
})

test('a writer that is killed leaves a chain that verifies, with all it was told is stored', async (t) => {
  const { database, pool } = await auditHost(t)
  const writer = fileURLToPath(new URL('./endless-writer.ts', import.meta.url))
  const child = spawn(process.execPath, [writer, database.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let stored = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stored += text
  })
  await eventually('the writer has written', () => stored.split('\n').length > 50)
  child.kill('SIGKILL')
  await once(child, 'close')
  await eventually('its connections are gone', async () => {
    const { rows } = await pool.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity
       where datname = current_database() and application_name = 'endless writer'`,
    )
    return rows[0]?.n === 0
  })
  const report = await newAudit(pool).verify()
  assert.deepEqual(report.problems, [])
  const told = stored.split('\n').slice(0, -1)
  const found = await pool.query('select 1 from maniple.audit_entries where id = any ($1)', [told])
  assert.equal(found.rowCount, told.length)
  // The next one goes on, and a day later seals what the killed one left open.
  await asSuperuser(
    pool,
    `update maniple.audit_segments set touched_at = now() - interval '2 days' where number = 1`,
  )
  const next = newAudit(pool)
  await fill(next, 1)
  const { rows } = await pool.query(
    `select segment, id from maniple.audit_entries where segment = 0 order by seq`,
  )
  assert.deepEqual(
    rows.map((row) => Reflect.get(row, 'id')),
    ['opened-1', 'sealed-1', 'opened-2'],
  )
  assert.equal((await next.verify()).ok, true)
})

test('a full or old segment is sealed and the writer goes on in the next', async (t) => {
  const { pool } = await auditHost(t)
  const audit = newAudit(pool)
  await fill(audit, 2)
  await asSuperuser(
    pool,
    `update maniple.audit_segments set opened_at = now() - interval '2 days' where number = 1`,
  )
  // Whoever reads or seals at the moment is not waited for.
  const busy = await pool.connect()
  try {
    await busy.query('begin')
    await busy.query('select 1 from maniple.audit_segments where number = 0 for update')
    await fill(audit, 1)
    await busy.query('commit')
  } finally {
    busy.release()
  }
  await fill(audit, 1)
  const { rows } = await pool.query(
    'select number, count, sealed_at is not null as sealed from maniple.audit_segments where number > 0 order by 1',
  )
  assert.deepEqual(rows, [
    { number: 1, count: 3, sealed: true },
    { number: 2, count: 1, sealed: false },
  ])
  assert.equal((await audit.verify()).ok, true)
})

test('a process that wrote nothing leaves nothing', async (t) => {
  const { pool } = await auditHost(t)
  await newAudit(pool).close()
  const { rows } = await pool.query(entriesOf)
  assert.deepEqual(rows, [{ n: 0 }])
  const registered = await pool.query('select 1 from maniple.audit_segments where number > 0')
  assert.equal(registered.rowCount, 0)
})
