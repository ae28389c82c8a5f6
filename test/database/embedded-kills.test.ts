import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { embeddedServer, eventually, isRunning } from '../support/embedded-server.ts'
import { keepersOf, processesOf } from './processes-of.ts'
import { runCommand, smallMigrations } from './run-command.ts'

const migrations = smallMigrations()
test.after(() => rmSync(migrations, { recursive: true }))

const one = 'select 1 as one'
const kill = (pid: number | undefined) => {
  assert.ok(pid)
  process.kill(pid, 'SIGKILL')
}

test('kill -9 of the command that started it all leaves the server for the next', async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  await using first = runCommand({ dataDir, migrations, stay: true })
  assert.ok((await first.next()).open)
  const before = server.processes()
  await first.kill()
  const second = runCommand({ dataDir, migrations })
  assert.ok((await second.next()).open)
  assert.equal(await second.end(), 0)
  assert.deepEqual(server.processes(), before)
})

test('kill -9 of the keeper: the server stays up, the next command brings a new keeper', async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  const first = runCommand({ dataDir, migrations })
  assert.ok((await first.next()).open)
  assert.equal(await first.end(), 0)
  const before = server.processes()
  kill(before?.keeperPid)
  const second = runCommand({ dataDir, migrations, idleMs: 300 })
  assert.ok((await second.next()).open)
  assert.equal(await second.end(), 0)
  const after = server.processes()
  assert.equal(after?.postmasterPid, before?.postmasterPid)
  assert.notEqual(after?.keeperPid, before?.keeperPid)
  await eventually('adopted server is stopped', () => !isRunning(after?.keeperPid))
  assert.ok(!isRunning(after?.postmasterPid))
})

test('kill -9 of the keeper: a command that is attached brings a new one', async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  await using command = runCommand({ dataDir, migrations, stay: true })
  assert.ok((await command.next()).open)
  const before = server.processes()
  kill(before?.keeperPid)
  await eventually('new keeper', () => {
    const now = server.processes()?.keeperPid
    return now !== before?.keeperPid && isRunning(now)
  })
  assert.equal(server.processes()?.postmasterPid, before?.postmasterPid)
  assert.deepEqual((await command.query(one)).rows, [{ one: 1 }])
})

test('kill -9 of the postmaster: the keeper starts it again on the same port', async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  await using command = runCommand({ dataDir, migrations, stay: true })
  assert.ok((await command.next()).open)
  for (let round = 0; round < 3; round += 1) {
    const before = server.processes()
    await command.query(`insert into maniple.notes values (${round})`)
    kill(before?.postmasterPid)
    // A backend outlives its postmaster for a moment and would still answer.
    await eventually('new postmaster', () => {
      const now = server.processes()?.postmasterPid
      return now !== undefined && now !== before?.postmasterPid
    })
    const { rows } = await command.query('select count(*) as notes from maniple.notes')
    assert.deepEqual(rows, [{ notes: round + 1 }])
    const after = server.processes()
    assert.notEqual(after?.postmasterPid, before?.postmasterPid)
    assert.deepEqual([after?.port, after?.keeperPid], [before?.port, before?.keeperPid])
  }
})

test('kill -9 of keeper and postmaster: an attached command gets both back', async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  await using command = runCommand({ dataDir, migrations, stay: true })
  assert.ok((await command.next()).open)
  const before = server.processes()
  kill(before?.keeperPid)
  kill(before?.postmasterPid)
  assert.deepEqual((await command.query(one)).rows, [{ one: 1 }])
  await eventually('one keeper', () => keepersOf(dataDir).length === 1)
  assert.equal(server.processes()?.port, before?.port)
})

test('kill -9 of one backend does not disturb the rest for long', async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  await using command = runCommand({ dataDir, migrations, stay: true })
  assert.ok((await command.next()).open)
  const before = server.processes()
  const { rows } = await command.query('select pg_backend_pid() as pid')
  kill(Number(rows?.[0]?.pid))
  assert.deepEqual((await command.query(one)).rows, [{ one: 1 }])
  assert.equal(server.processes()?.postmasterPid, before?.postmasterPid)
})

for (const moment of [0, 60, 200, 500, 900]) {
  test(`kill -9 of everything ${moment} ms into the first start leaves no trap`, async () => {
    await using server = embeddedServer()
    const { dataDir } = server
    const first = runCommand({ dataDir, migrations })
    await eventually('keeper starts', () => keepersOf(dataDir).length > 0)
    await new Promise((resolve) => setTimeout(resolve, moment))
    for (const pid of processesOf(dataDir)) {
      if (isRunning(pid)) process.kill(pid, 'SIGKILL')
    }
    await first.kill()
    const second = runCommand({ dataDir, migrations })
    const line = await second.next()
    assert.ok(line.open, `${line.message}${second.errors()}`)
    assert.equal(await second.end(), 0)
  })
}
