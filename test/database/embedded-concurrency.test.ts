import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { embeddedServer, eventually, isRunning } from '../support/embedded-server.ts'
import { keepersOf } from './processes-of.ts'
import { runCommand, smallMigrations } from './run-command.ts'

const migrations = smallMigrations()
test.after(() => rmSync(migrations, { recursive: true }))

for (const count of [2, 6]) {
  test(`${count} commands at once on a new data directory share one server`, async () => {
    await using server = embeddedServer()
    const { dataDir } = server
    const commands = Array.from({ length: count }, () =>
      runCommand({ dataDir, migrations, stay: true }),
    )
    const lines = await Promise.all(commands.map((command) => command.next()))
    assert.deepEqual(
      lines.map((line) => line.error),
      Array(count).fill(undefined),
    )
    const start = 'select pg_postmaster_start_time()::text as at'
    const starts = await Promise.all(commands.map((command) => command.query(start)))
    assert.equal(new Set(starts.map((line) => JSON.stringify(line.rows))).size, 1)
    await eventually('one keeper is left', () => keepersOf(dataDir).length === 1)
    assert.deepEqual(keepersOf(dataDir), [server.processes()?.keeperPid])
    assert.deepEqual(
      await Promise.all(commands.map((command) => command.end())),
      Array(count).fill(0),
    )
  })
}

test('commands that come while the server stops wait for the next one', async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  // An idle time this short makes most commands meet a server that is just stopping.
  for (let round = 0; round < 6; round += 1) {
    const commands = [1, 2].map(() => runCommand({ dataDir, migrations, idleMs: 20 }))
    for (const command of commands) {
      const line = await command.next()
      assert.ok(line.open, `${line.message}${command.errors()}`)
      assert.equal(await command.end(), 0)
    }
  }
  const last = server.processes()
  await eventually('server stops', () => !isRunning(last?.keeperPid))
})
