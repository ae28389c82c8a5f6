import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planWidth } from './plan-width.ts'
import { documentedLimits, type WidthLimits } from './width-facts.ts'

const limits: WidthLimits = {
  ...documentedLimits,
  ...{ slots: null, runners: null, actionsMinutesLeft: null, lanes: [], copilotSessions: null },
  ...{ budgets: [], reviewsPerHour: null, openPulls: null },
}
const writes = {
  ...{ issue: 1, link: 0, dependencies: 0, assign: 0 },
  ...{ labels: 2, pull: 1, comments: 1, merge: 1 },
}
const workSeconds = 300
/** Of the five writes that deliver a worker's change, two create something. */
const delivery = [true, true, false, false, false]

/** Seconds that a run really takes: one write a second, in windows of an hour and of a minute. */
function simulate(workers: number, slots: number): number {
  const writesOver = createWindows()
  const working: number[] = []
  const delivering: boolean[] = []
  let [toBegin, toEnd, second] = [workers, workers * delivery.length, 0]
  for (; toEnd > 0; second++) {
    while (working[0] !== undefined && working[0] <= second) {
      working.shift()
      delivering.push(...delivery)
    }
    // Free slots are filled before changes are delivered: an idle worker is what costs time.
    if (toBegin > 0 && working.length < slots && writesOver(second, true)) {
      toBegin--
      working.push(second + 1 + workSeconds)
    } else if (delivering[0] !== undefined && writesOver(second, delivering[0])) {
      delivering.shift()
      toEnd--
    }
  }
  return second
}

/** Whether a write may be made now; if it creates something, it is counted. */
function createWindows(): (second: number, creates: boolean) => boolean {
  const made: number[] = []
  const since = (from: number) => made.length - made.findLastIndex((at) => at < from) - 1
  return (second, creates) => {
    if (!creates) return true
    const isFull = [
      since(second - (second % 60)) >= 80,
      since(second - (second % 3600)) >= 500,
    ].includes(true)
    if (!isFull) made.push(second)
    return !isFull
  }
}

test('a run that keeps to the plan ends when the plan says, and more slots would not help', () => {
  for (const workers of [1, 24, 100, 250]) {
    const layers = [{ tasks: workers, minutes: workSeconds / 60 }]
    const work = {
      ...{ layers, writes, parents: 0 },
      ...{ callsPerTask: 0, tokensPerTask: 0, runnerMinutesPerTask: 0 },
    }
    const { slots, etaMs } = planWidth(limits, work)
    const planned = (etaMs ?? 0) / 1000
    const real = simulate(workers, slots)
    const unbounded = simulate(workers, workers)
    const said = `${workers}: planned ${planned} s, took ${real} s, with a slot each ${unbounded} s`
    assert.ok(Math.abs(real - planned) <= planned * 0.1, said)
    assert.ok(real <= unbounded * 1.1, said)
  }
})
