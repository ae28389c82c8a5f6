import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { embeddedServer, eventually, isRunning } from '../support/embedded-server.ts'
import { processesOf } from './processes-of.ts'
import { runCommand, smallMigrations } from './run-command.ts'

const migrations = smallMigrations()
test.after(() => rmSync(migrations, { recursive: true }))

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

test('a first start makes the server, a command ends at once, the next one attaches', async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  const first = runCommand({ dataDir, migrations })
  assert.match((await first.next()).open ?? '', /^embedded PostgreSQL 18\.\d+ in /)
  assert.equal(await first.end(), 0)
  const before = server.processes()
  assert.ok(isRunning(before?.keeperPid) && isRunning(before?.postmasterPid))
  const second = runCommand({ dataDir, migrations })
  assert.ok((await second.next()).open)
  assert.equal(await second.end(), 0)
  assert.deepEqual(server.processes(), before)
})

test('the keeper stops an unused server, and what was stored is there after a restart', async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  await using first = runCommand({ dataDir, migrations, idleMs: 400, stay: true })
  assert.ok((await first.next()).open)
  await first.query('insert into maniple.notes values (7) returning id')
  const before = server.processes()
  assert.equal(await first.end(), 0)
  await eventually('server stops', () => !isRunning(before?.keeperPid))
  assert.ok(!isRunning(before?.postmasterPid))
  await using second = runCommand({ dataDir, migrations, idleMs: 400, stay: true })
  assert.ok((await second.next()).open)
  assert.deepEqual((await second.query('select id from maniple.notes')).rows, [{ id: 7 }])
  assert.equal(server.processes()?.port, before?.port)
  assert.equal(await second.end(), 0)
})

test('a command that is attached but does nothing keeps the server up', async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  await using command = runCommand({ dataDir, migrations, idleMs: 200, stay: true })
  assert.ok((await command.next()).open)
  const before = server.processes()
  // Many times the idle time, with the pool's own connections all closed.
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  assert.deepEqual(server.processes(), before)
  assert.ok(isRunning(before?.postmasterPid))
})

test('the first to come may leave first', async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  await using first = runCommand({ dataDir, migrations, idleMs: 300, stay: true })
  assert.ok((await first.next()).open)
  await using second = runCommand({ dataDir, migrations, idleMs: 300, stay: true })
  assert.ok((await second.next()).open)
  const pid = 'select pg_backend_pid() as pid'
  const before = await second.query(pid)
  assert.equal(await first.end(), 0)
  assert.deepEqual(await second.query(pid), before)
})

test('removing the data directory ends keeper and server', async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  await using command = runCommand({ dataDir, migrations, stay: true })
  assert.ok((await command.next()).open)
  const before = server.processes()
  rmSync(dataDir, { recursive: true })
  await eventually('keeper ends', () => !isRunning(before?.keeperPid))
  assert.ok(!isRunning(before?.postmasterPid))
  // What is attached says so, and does not bring an empty server in its place.
  await eventually('it is said', () => command.errors().includes('is gone: put it back'))
  assert.ok(!existsSync(join(dataDir, 'database', 'cluster', 'PG_VERSION')))
})

test('a data directory that was moved is served from its new place', async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  const first = runCommand({ dataDir, migrations })
  assert.ok((await first.next()).open)
  assert.equal(await first.end(), 0)
  const before = server.processes()
  const moved = `${dataDir}-moved`
  renameSync(dataDir, moved)
  await eventually('keeper ends', () => !isRunning(before?.keeperPid))
  const second = runCommand({ dataDir: moved, migrations })
  assert.ok((await second.next()).open)
  assert.equal(await second.end(), 0)
  renameSync(moved, dataDir)
})

test('no file that others may read and no command line holds the secret', async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  await using command = runCommand({ dataDir, migrations, stay: true })
  assert.ok((await command.next()).open)
  const secret = server.processes()?.password ?? ''
  assert.ok(secret.length >= 43, 'not 32 random bytes')
  assert.equal(statSync(join(dataDir, 'database')).mode & 0o777, 0o700)
  const holders = filesBelow(dataDir).filter((file) => readFileSync(file).includes(secret))
  assert.deepEqual(holders, [join(dataDir, 'database', 'server.json')])
  assert.equal(statSync(join(dataDir, 'database', 'server.json')).mode & 0o777, 0o600)
  assert.ok(processesOf(dataDir).length >= 2)
  assert.deepEqual(processesOf(secret), [])
})
