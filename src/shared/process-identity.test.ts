import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { test } from 'node:test'
import {
  askStatus,
  identifyHost,
  identifyProcess,
  isAlive,
  isGone,
  ownProcessPlace,
  type ProcessIdentity,
  readLinuxStatus,
} from './process-identity.ts'

const noProc = existsSync('/proc/self/stat') ? false : 'there is no /proc here'
const noPs = existsSync('/bin/ps') ? false : 'there is no ps here'

test('this process is where it says and is not gone', () => {
  const own = ownProcessPlace()
  assert.equal(own.pid, process.pid)
  assert.deepEqual(ownProcessPlace(), own)
  assert.equal(isGone(own), false)
  assert.equal(isAlive(own), true)
  assert.deepEqual(identifyProcess(process.pid), { pid: own.pid, startedAt: own.startedAt })
  assert.deepEqual(own.place, Object.values(identifyHost()).join(' '))
  assert.equal(identifyHost().host, hostname())
})

test('a number that a later process was given does not stand for the earlier one', {
  skip: noProc,
}, () => {
  const { pid, startedAt } = ownProcessPlace()
  const [boot = '', ticks] = startedAt.split('-')
  const earlier = [`${boot}-${Number(ticks) - 1}`, `0${boot.slice(0, 6)}x-${ticks}`]
  for (const other of earlier) {
    assert.equal(isGone({ pid, startedAt: other }), true, other)
    assert.equal(isAlive({ pid, startedAt: other }), false, other)
  }
  const unknown = { pid, startedAt: '' }
  assert.equal(isGone(unknown), false, 'a start that nobody knew proves nothing')
  assert.equal(isAlive(unknown), false, 'not even that it runs')
})

test('a process that has ended is gone', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  const pid = child.pid ?? 0
  await once(child, 'exit')
  assert.equal(isGone({ pid, startedAt: 'any' }), true)
  assert.equal(identifyProcess(pid), null)
  assert.equal(isAlive({ pid, startedAt: 'any' }), false)
})

test('a process that was never started is not alive', () => {
  assert.equal(isAlive(null), false)
})

test('a zombie is gone, although its number is still taken', { skip: noProc }, async () => {
  await withChildOfSleep(async (pid, end) => {
    const found = identifyProcess(pid)
    assert.ok(found !== null)
    assert.deepEqual([isGone(found), isAlive(found)], [false, true])
    await end()
    assert.deepEqual([isGone(found), isAlive(found)], [true, false])
    assert.equal(identifyProcess(pid), null)
    assert.equal(readLinuxStatus(pid)?.hasEnded, true)
  })
})

test('the group and session of a process are those it leads', { skip: noProc }, async () => {
  const child = spawn('sleep', ['30'], { detached: true, stdio: 'ignore' })
  try {
    const status = readLinuxStatus(child.pid ?? 0)
    assert.deepEqual([status?.group, status?.session], [child.pid, child.pid])
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
})

test('without /proc ps tells the same: who runs, who has ended, who is a zombie', {
  skip: noPs || noProc,
}, async () => {
  const own = askStatus(process.pid)
  assert.equal(own?.hasEnded, false)
  assert.match(own?.startedAt ?? '', /^[A-Z][a-z]{2} [A-Z][a-z]{2} \d+ [\d:]{8} \d{4}$/)
  await withChildOfSleep(async (pid, end) => {
    assert.equal(askStatus(pid)?.hasEnded, false)
    await end()
    assert.equal(askStatus(pid)?.hasEnded, true)
  })
  // Above every limit of the kernel (2^22).
  assert.equal(askStatus(2 ** 22 + 1), undefined)
})

type Play = (pid: ProcessIdentity['pid'], end: () => Promise<void>) => Promise<void>

/** Gives a process whose parent never asks for it, so that `end` leaves a zombie. */
async function withChildOfSleep(play: Play): Promise<void> {
  // A child that ends only once its parent has become sleep.
  const parent = spawn('sh', ['-c', 'cat <&3 & echo $!; exec sleep 30 3<&-'], {
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  })
  try {
    const line = once(parent.stdout ?? process.stdin, 'data').then(([data]) => String(data))
    const pid = Number((await line).trim())
    const read = (path: string): string => readFileSync(`/proc/${path}`, 'utf8')
    await until(() => read(`${parent.pid}/comm`) === 'sleep\n')
    await play(pid, async () => {
      parent.stdio[3]?.destroy()
      await until(() => /\) Z /.test(read(`${pid}/stat`)))
    })
  } finally {
    parent.kill('SIGKILL')
    await once(parent, 'exit')
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
