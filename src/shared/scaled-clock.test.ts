import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from './clock.ts'
import { scaledClock } from './scaled-clock.ts'

function manualClock(start: number): Clock & { readonly slept: number[] } {
  let time = start
  const slept: number[] = []
  return {
    now: () => time,
    slept,
    sleep: async (ms) => {
      slept.push(ms)
      time += ms
    },
  }
}

test('time runs faster by the scale from the origin on', async () => {
  const real = manualClock(1_000)
  const clock = scaledClock({ origin: 1_000, scale: 60, clock: real })
  assert.equal(clock.now(), 1_000)
  await clock.sleep(60_000)
  assert.deepEqual(real.slept, [1_000])
  assert.equal(clock.now(), 61_000)
})

test('two clocks with one origin agree, whenever they were made', async () => {
  const real = manualClock(5_000)
  const first = scaledClock({ origin: 5_000, scale: 10, clock: real })
  await real.sleep(700)
  const second = scaledClock({ origin: 5_000, scale: 10, clock: real })
  assert.equal(first.now(), second.now())
})

test('a sleep longer than a timer can be is slept in parts', async () => {
  const real = manualClock(0)
  await scaledClock({ origin: 0, scale: 1, clock: real }).sleep(2 ** 32)
  assert.equal(
    real.slept.reduce((sum, ms) => sum + ms, 0),
    2 ** 32,
  )
  assert.ok(real.slept.every((ms) => ms < 2 ** 31))
})

test('an aborted sleep rejects with the reason', async () => {
  const clock = scaledClock({ origin: 0, scale: 1 })
  await assert.rejects(clock.sleep(60_000, AbortSignal.abort(new Error('enough'))), {
    name: 'AbortError',
  })
})

test('a scale that is none is refused', () => {
  for (const scale of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => scaledClock({ origin: 0, scale }), { code: 'config_invalid' })
  }
})
