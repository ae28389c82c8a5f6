import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Refusal } from '../../contracts/index.ts'
import { shutBudgets } from './shut-budgets.ts'

const account = { id: 'all:total:requests', unit: 'requests', limit: 2, perMinute: null }
const refusal: Refusal = {
  ...{ kind: 'refusal', unit: 'requests', asked: 1, available: 0, reason: 'budget' },
  account: { ...account, periodEnd: null },
  frees: null,
}
const signal = new AbortController().signal

/** Lanes that note for how long one was shut, and a clock that notes for how long somebody slept. */
function scene(isInLane: boolean) {
  const shut: (readonly [string, number])[] = []
  const slept: number[] = []
  const lanes = {
    shut: async (lane: string, _reason: string, forMs: number) => void shut.push([lane, forMs]),
    hasRun: async () => isInLane,
  }
  const clock = { now: () => 0, sleep: async (ms: number) => void slept.push(ms) }
  return { shut, slept, parts: { lanes, clock } }
}

test('who is in the lane that is shut gives its place up at once; others would come again, and wait', async () => {
  const frees = new Date(60_000)
  for (const [isInLane, waits] of [
    [true, []],
    [false, [1000]],
  ] as const) {
    const { parts, shut, slept } = scene(isInLane)
    const refused = { refusals: [{ ...refusal, frees }], hasOthers: false, runId: 'r', signal }
    await shutBudgets(parts, refused)
    assert.deepEqual(shut, [['budget:all:total:requests', 60_000]])
    assert.deepEqual(slept, waits)
  }
})

test('what no time brings back fails, unless another model may be let through in a moment', async () => {
  const { parts, shut } = scene(true)
  const refused = { refusals: [refusal], runId: 'r', signal }
  await assert.rejects(shutBudgets(parts, { ...refused, hasOthers: false }), {
    code: 'budget_exhausted',
  })
  assert.deepEqual(shut, [])
  await shutBudgets(parts, { ...refused, hasOthers: true })
  assert.deepEqual(shut, [['budget:all:total:requests', 1000]])
})
