import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../shared/index.ts'
import { beginAttempt } from './attempt.ts'
import type { ClaimedTask, Perform } from './engine-types.ts'

const claimed: ClaimedTask = {
  task: 7,
  attempt: 3,
  retries: 0,
  choice: null,
  maxRetries: 1,
  isClosing: false,
  priority: 'medium',
  complexity: 'low',
  runId: 'r',
  key: 'a',
  title: 'A',
  type: 'general',
  agent: 'model',
  dependsOn: [],
  timeoutMs: 600_000,
  payload: {},
}

type Settings = { readonly timeoutMs?: number; readonly graceMs?: number }

const begin = (perform: Perform, { timeoutMs = 600_000, graceMs = 60_000 }: Settings = {}) =>
  beginAttempt(
    { ...claimed, timeoutMs },
    {
      perform,
      graceMs,
      stillOurs: async () => true,
      takeWay: async () => null,
      canKeep: true,
      random: () => 0,
    },
  )

const succeeded = { kind: 'succeeded', cost: {}, simulated: false, cached: false } as const
const untilAborted: Perform = (_, { signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the agent was interrupted')))
  })
const deaf: Perform = () => new Promise(() => undefined)

test('a result becomes a completion under the same task and attempt', async () => {
  const attempt = begin(async () => ({
    ...succeeded,
    output: { text: 'done' },
    cost: { tokens: 5 },
    simulated: true,
  }))
  const { durationMs, ...completion } = (await attempt.ended) ?? { durationMs: -1 }
  assert.deepEqual(completion, {
    task: 7,
    attempt: 3,
    kind: 'succeeded',
    output: '{"text":"done"}',
    code: null,
    message: null,
    records: [],
    delayMs: 0,
    cost: '{"tokens":5}',
    simulated: true,
    cached: false,
  })
  assert.ok(durationMs >= 0)
})

test('costs that are no numbers are left out', async () => {
  const cost = { tokens: Number.NaN, usd: Number.POSITIVE_INFINITY, calls: 1 }
  const ended = await begin(async () => ({ ...succeeded, output: {}, cost })).ended
  assert.equal(ended?.cost, '{"calls":1}')
})

test('parked work carries its reason and its deadline', async () => {
  const ended = await begin(async () => ({
    kind: 'parked',
    reason: 'approval',
    deadlineMs: 5000,
  })).ended
  assert.equal(ended?.kind, 'parked')
  assert.equal(ended?.code, 'approval')
  assert.equal(ended?.delayMs, 5000)
})

test('the time-out tells the agent, and explains the failure whatever the agent says', async () => {
  const ended = await begin(untilAborted, { timeoutMs: 10 }).ended
  assert.equal(ended?.kind, 'retry')
  assert.equal(ended?.code, 'task_timeout')
  assert.match(ended?.message ?? '', /time-out/)
})

test('an agent that does not hear its time-out is left behind after the grace', async () => {
  const ended = await begin(deaf, { timeoutMs: 10, graceMs: 10 }).ended
  assert.equal(ended?.code, 'task_timeout')
})

test('a time-out longer than a timer can be does not fire at once', async () => {
  const attempt = begin(async () => ({ ...succeeded, output: {} }), { timeoutMs: 2 ** 40 })
  assert.equal((await attempt.ended)?.kind, 'succeeded')
})

test('a stopped attempt ends as it was told, an obedient agent or not', async () => {
  for (const perform of [untilAborted, deaf]) {
    for (const reason of ['cancelled', 'released'] as const) {
      const attempt = begin(perform, { graceMs: 10 })
      attempt.stop(reason)
      assert.equal((await attempt.ended)?.kind, reason)
    }
    const fenced = begin(perform, { graceMs: 10 })
    fenced.stop('fenced')
    assert.equal(await fenced.ended, null)
  }
})

test('the signal says why', async () => {
  let reason: unknown
  const attempt = begin(async (_, { signal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    reason = signal.reason
    throw signal.reason
  })
  attempt.stop('cancelled')
  await attempt.ended
  assert.ok(reason instanceof AppError && reason.code === 'cancelled')
})

test('work that was done before the stop was heard counts, unless the fence fell', async () => {
  const done: Perform = async () => ({ ...succeeded, output: {} })
  const cancelled = begin(done)
  cancelled.stop('cancelled')
  assert.equal((await cancelled.ended)?.kind, 'succeeded')
  const fenced = begin(done)
  fenced.stop('fenced')
  assert.equal(await fenced.ended, null)
})

test('an agent that throws, at once or later, anything at all, ends its own attempt only', async () => {
  const throwsAtOnce: Perform = () => {
    throw new AppError('model_auth', 'no key')
  }
  assert.equal((await begin(throwsAtOnce).ended)?.kind, 'failed')
  const unshowable: unknown = Object.create(null)
  const ended = await begin(() => Promise.reject(unshowable)).ended
  assert.equal(ended?.kind, 'retry')
  assert.equal(ended?.code, 'agent_failed')
})

test('an output that JSON cannot hold fails the attempt and nothing else', async () => {
  const circular: Record<string, never> = {}
  Reflect.set(circular, 'self', circular)
  const ended = await begin(async () => ({ ...succeeded, output: circular })).ended
  assert.equal(ended?.kind, 'retry')
  assert.match(ended?.message ?? '', /circular/)
})
