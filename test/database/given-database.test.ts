import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { openDatabase } from '../../src/database/index.ts'
import { AppError } from '../../src/shared/index.ts'
import { silentLog } from '../support/silent-log.ts'
import { testDatabase } from '../support/test-database.ts'

async function failureOf(databaseUrl: string): Promise<AppError> {
  try {
    await using database = await openDatabase({ databaseUrl, dataDir: tmpdir(), log: silentLog })
    assert.fail(`opened ${database.description}`)
  } catch (error) {
    assert.ok(error instanceof AppError, String(error))
    return error
  }
}

test('a given PostgreSQL is opened, described without its secret, and closed', async (t) => {
  const { url, database } = await testDatabase(t)
  const { host, password } = new URL(url)
  assert.ok(database.description.startsWith('PostgreSQL '))
  assert.ok(database.description.includes(host))
  assert.ok(!database.description.includes(password))
  assert.equal(database.embedded, false)
})

test('each way not to get in has its own message, without the password', async (t) => {
  const { url } = await testDatabase(t)
  const change = (part: 'port' | 'password' | 'pathname' | 'hostname', value: string) => {
    const changed = new URL(url)
    changed.password = 'open-sesame'
    changed[part] = value
    if (part === 'pathname') changed.password = new URL(url).password
    return changed.href
  }
  const { host } = new URL(url)
  const cases = [
    [change('port', '1'), /127\.0\.0\.1:1\/.* does not accept connections.*ECONNREFUSED/],
    [change('password', 'wrong'), new RegExp(`${host}/.* refuses the user name or password`)],
    [change('pathname', '/nowhere'), new RegExp(`${host}/nowhere has no such database`)],
    [change('hostname', 'no-such-host.invalid'), /no-such-host\.invalid:\d+\/.* cannot be found/],
  ] as const
  for (const [bad, expected] of cases) {
    const failure = await failureOf(bad)
    assert.equal(failure.code, 'database_unavailable')
    assert.match(failure.message, expected)
    assert.ok(!failure.message.includes('open-sesame') && !failure.message.includes('\n'))
  }
})

test('what is no URL is a mistake of the configuration', async () => {
  assert.equal((await failureOf('not a url, secret')).code, 'config_invalid')
})

test('a listener hears, and says when it may have missed something', async (t) => {
  const { database, pool } = await testDatabase(t)
  const heard: string[] = []
  let wake = () => {}
  const next = () =>
    new Promise<void>((resolve) => {
      wake = resolve
    })
  const subscription = await database.listen(
    'Some "channel"',
    (payload) => {
      heard.push(payload)
      wake()
    },
    () => {
      heard.push('(reconnected)')
      wake()
    },
  )
  const notify = async (payload: string) => {
    const arrival = next()
    await pool.query('select pg_notify($1, $2)', ['Some "channel"', payload])
    await arrival
  }
  await notify('one')
  const back = next()
  await pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name like '% listener'`,
  )
  await back
  await notify('two')
  await subscription.close()
  assert.deepEqual(heard, ['one', '(reconnected)', 'two'])
})

test('a pool whose idle connections are ended goes on with new ones', async (t) => {
  const { pool } = await testDatabase(t)
  await pool.query('select 1')
  const { rows } = await pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  )
  assert.ok(rows)
  assert.equal((await pool.query('select 1 as one')).rows[0]?.one, 1)
})

test('a connection that is lost while it is lent out does not end the process', async (t) => {
  const { pool } = await testDatabase(t)
  const client = await pool.connect()
  const lost = new Promise((resolve) => client.once('end', resolve))
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid])
  // Nobody awaits anything of it now: what the pool does not catch would end this process.
  await lost
  await assert.rejects(client.query('select 1'))
  client.release(true)
  assert.equal((await pool.query('select 1 as one')).rows[0]?.one, 1)
})
