import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { takeKeeperLock } from './keeper-lock.ts'

test('one process has the lock, and a killed one has it no more', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'maniple-lock-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'keeper.lock')
  const script = `
    const { takeKeeperLock } = await import(${JSON.stringify(import.meta.resolve('./keeper-lock.ts'))})
    console.log(takeKeeperLock(${JSON.stringify(path)}) === undefined ? 'held' : 'taken')
    setInterval(() => {}, 1_000)`
  const other = spawn(process.execPath, ['--input-type=module', '-e', script])
  const [answer] = await once(other.stdout, 'data')
  assert.equal(String(answer).trim(), 'taken')
  assert.equal(takeKeeperLock(path), undefined)
  other.kill('SIGKILL')
  await once(other, 'close')
  const lock = takeKeeperLock(path)
  assert.ok(lock)
  lock.release()
})
