import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isProcessGone, ownProcessPlace } from './process-place.ts'

const noProc = existsSync('/proc/self/stat') ? false : 'there is no /proc here'

test('this process is where it says and is not gone', () => {
  const own = ownProcessPlace()
  assert.equal(own.pid, process.pid)
  assert.deepEqual(ownProcessPlace(), own)
  assert.equal(isProcessGone(own.pid, own.start), false)
})

test('a number that a later process was given does not stand for the earlier one', {
  skip: noProc,
}, () => {
  const { pid, start } = ownProcessPlace()
  assert.equal(isProcessGone(pid, String(Number(start) - 1)), true)
  assert.equal(isProcessGone(pid, ''), false, 'a start that nobody knew proves nothing')
})

test('a process that has ended is gone', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  const pid = child.pid ?? 0
  await once(child, 'exit')
  assert.equal(isProcessGone(pid, 'any'), true)
})

test('a zombie is gone, although its number is still taken', { skip: noProc }, async () => {
  // The shell's child ends while the shell, which has become sleep, never asks for it.
  const shell = spawn('sh', ['-c', 'true & echo $!; exec sleep 30'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    const [line]: unknown[] = await once(shell.stdout, 'data')
    const pid = Number(String(line).trim())
    const state = (): string => /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? ''
    while (state() !== 'Z') await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(isProcessGone(pid, '12345'), true)
  } finally {
    shell.kill('SIGKILL')
    await once(shell, 'exit')
  }
})
