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
  // A child that ends only once its parent has become sleep, which never asks for it.
  const parent = spawn('sh', ['-c', 'cat <&3 & echo $!; exec sleep 30 3<&-'], {
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  })
  try {
    const line = once(parent.stdout ?? process.stdin, 'data').then(([data]) => String(data))
    const pid = Number((await line).trim())
    const read = (path: string): string => readFileSync(`/proc/${path}`, 'utf8')
    await until(() => read(`${parent.pid}/comm`) === 'sleep\n')
    assert.equal(isProcessGone(pid, read(`${pid}/stat`).split(' ')[21] ?? ''), false)
    const start = read(`${pid}/stat`).split(' ')[21] ?? ''
    parent.stdio[3]?.destroy()
    await until(() => /\) Z /.test(read(`${pid}/stat`)))
    assert.equal(isProcessGone(pid, start), true)
  } finally {
    parent.kill('SIGKILL')
    await once(parent, 'exit')
  }
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
