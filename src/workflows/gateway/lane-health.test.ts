import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LaneState } from '../../engine/index.ts'
import { LaneHealth } from './lane-health.ts'

const rules = { share: 0.5, calls: 10 }
const lane: LaneState = {
  ...{ name: 'model:one', capacity: 10, held: 0, shut: null, dead: null },
  ...{ halfOpen: false, openedAt: null, openedAgoMs: null },
}
/** An opening so long ago, whose breaker has closed since unless told otherwise. */
const opened = (openedAgoMs: number, halfOpen = false): LaneState => ({
  ...{ ...lane, halfOpen, openedAgoMs },
  openedAt: new Date(1_700_000_000_000 - openedAgoMs),
})

const failures = (health: LaneHealth, state: LaneState | null, count: number): readonly boolean[] =>
  Array.from({ length: count }, () => health.failed(state, state))

test('the breaker opens when half of the latest calls failed', () => {
  const health = new LaneHealth(rules)
  for (let n = 0; n < 5; n += 1) health.succeeded(lane)
  assert.deepEqual(failures(health, lane, 5), [false, false, false, false, true])
})

test('calls that began before an opening was known open nothing again, whoever opened', () => {
  const health = new LaneHealth(rules)
  failures(health, lane, 4)
  // Neither while the lane rests, nor as failed probes.
  const late = [opened(100), opened(100, true)].flatMap((now) =>
    Array.from({ length: 20 }, () => health.failed(now, lane)),
  )
  assert.deepEqual(new Set(late), new Set([false]))
  // And what failed before the opening is not counted after it.
  assert.deepEqual(failures(health, opened(100), 5), [false, false, false, false, true])
})

test('a probe that fails opens the breaker at once', () => {
  const probed = opened(5000, true)
  assert.equal(new LaneHealth(rules).failed(probed, probed), true)
})

test('rests double with each refusal in a row, once for those that were under way together', () => {
  const health = new LaneHealth(rules)
  const together = Array.from({ length: 5 }, () => health.restMs(undefined, { ageMs: 1000 }))
  assert.deepEqual(together, Array(5).fill(1000))
  // Calls that began after the refusal before them.
  assert.equal(health.restMs(undefined, { ageMs: -1 }), 2000)
  assert.equal(health.restMs(undefined, { ageMs: -1 }), 4000)
  for (let n = 0; n < 100; n += 1) health.restMs(undefined, { ageMs: -1 })
  assert.equal(health.restMs(undefined, { ageMs: -1 }), 60_000)
  health.succeeded(lane)
  assert.equal(health.restMs(undefined, { ageMs: -1 }), 1000)
})

test('a rest is as long as the provider asked for, within reason', () => {
  const health = new LaneHealth(rules)
  const rests = [0, 7000, 1e15].map((asked) => health.restMs(asked, { ageMs: -1 }))
  assert.deepEqual(rests, [100, 7000, 86_400_000])
})

test('one call looks at a time, and the next may when it brought no answer', async () => {
  const health = new LaneHealth(rules)
  assert.deepEqual([health.isOlder(60_000), health.isOlder(-1)], [true, false])
  const { promise, reject } = Promise.withResolvers<string>()
  const looking = health.lookWith(promise)
  const waits = health.look
  assert.ok(waits !== null)
  reject(new Error('aborted'))
  await assert.rejects(looking, /aborted/)
  await waits
  assert.equal(health.look, null)
  assert.equal(await health.lookWith(Promise.resolve('answered')), 'answered')
})
