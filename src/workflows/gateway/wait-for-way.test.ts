import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GatewayContext } from '../../contracts/index.ts'
import { createModelClient, profileOf } from '../../models/index.ts'
import { createFleet } from './gateway-parts.ts'
import { waitForWay } from './wait-for-way.ts'

const settings = {
  ...{ provider: 'openai-compatible' as const, baseUrl: 'http://127.0.0.1:9/v1', model: 'two' },
  ...{ concurrency: 1, timeoutMs: 1000 },
}
const fleet = createFleet(
  [{ profile: profileOf('two', settings), client: createModelClient(settings) }],
  { breaker: { share: 0.5, calls: 20 }, pricing: { unknown: 'refuse', ceilingUsdPerMillion: 1 } },
)
const open = {
  capacity: 1,
  held: 0,
  halfOpen: false,
  openedAt: null,
  openedAgoMs: null,
  dead: null,
}

type Scene = {
  /** What each question for a place is answered; after them: none. */
  readonly answers: readonly (string | null)[]
  /** How long the lane is shut. */
  readonly shutMs?: number
}

/** Lanes that answer as told, and a clock that only notes for how long somebody slept. */
function scene({ answers, shutMs }: Scene) {
  const asked: (readonly string[])[] = []
  const slept: number[] = []
  const rest = [...answers]
  const context: GatewayContext = {
    choice: 'one',
    signal: new AbortController().signal,
    takeWay: async (choices) => {
      asked.push(choices)
      return rest.shift() ?? null
    },
    keep: () => undefined,
  }
  const shut =
    shutMs === undefined ? null : { reason: 'rate' as const, until: new Date(0), forMs: shutMs }
  const lanes = { current: (name: string) => ({ ...open, name, shut }) }
  const sleep = async (ms: number): Promise<void> => void slept.push(ms)
  return { asked, slept, context, parts: { fleet, lanes, clock: { sleep } } }
}

test('asks again and again, less and less often, until one can be taken', async () => {
  const { parts, context, asked, slept } = scene({ answers: [null, null, null, 'two'] })
  const waiting = { hopes: ['two'], failed: ['one'], held: 'one' }
  assert.equal(await waitForWay(parts, context, waiting), 'two')
  assert.deepEqual(asked, Array(4).fill(['two']))
  assert.deepEqual(slept, [25, 50, 100, 200])
})

test('sleeps while the lane is shut, but looks now and then: another may open it', async () => {
  const { parts, context, slept } = scene({ answers: ['two'], shutMs: 300 })
  await waitForWay(parts, context, { hopes: ['two'], failed: ['one'], held: 'one' })
  const long = scene({ answers: ['two'], shutMs: 60_000 })
  await waitForWay(long.parts, long.context, { hopes: ['two'], failed: ['one'], held: 'one' })
  assert.deepEqual([...slept, ...long.slept], [300, 500])
})

test('gives up a place that it hopes for, and does not wait where it cannot', async () => {
  const { parts, context, asked } = scene({ answers: ['one', 'two'] })
  const waiting = { hopes: ['two'], failed: ['one'], held: 'two' }
  assert.equal(await waitForWay(parts, context, waiting), 'two')
  assert.deepEqual(asked, [['one'], ['two']])
  const full = scene({ answers: [null, 'two'] })
  assert.equal(await waitForWay(full.parts, full.context, waiting), null)
  assert.deepEqual([full.asked, full.slept], [[['one']], []])
})

test('goes back to the queue after ten seconds, so that others get the place', async () => {
  const { parts, context, slept } = scene({ answers: [] })
  const waiting = { hopes: ['two'], failed: ['one'], held: 'one' }
  assert.equal(await waitForWay(parts, context, waiting), null)
  const waitedMs = slept.reduce((sum, ms) => sum + ms, 0)
  assert.ok(waitedMs >= 10_000 && waitedMs < 10_500, `${waitedMs} ms`)
})
