import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Run } from '../../src/contracts/index.ts'
import type { Engine, Perform } from '../../src/engine/index.ts'
import { AppError, type JsonObject } from '../../src/shared/index.ts'
import {
  ended,
  engineHost,
  HeldAgent,
  leftovers,
  newAgent,
  nothingLeft,
  runOf,
  statesOf,
  success,
  until,
} from './engine-host.ts'

const host = await engineHost()
const closing = { payload: { close: true }, timeoutMs: 600_000 }
const closingKey = '.closing'

const countsOf = ({ counts }: Run) => Object.values(counts).reduce((sum, n) => sum + n, 0)

/** Whether the closing task is in that state: it is not listed among the tasks. */
const closingIs = (id: string, state: string) =>
  until(`closing is ${state}`, async () => {
    const { rows } = await host.pool.query<{ state: string }>(
      'select state::text from maniple.tasks where run_id = $1 and ordinal = 0',
      [id],
    )
    return rows[0]?.state === state
  })

async function closedRun(report: JsonObject, tasks: Record<string, string[]>, bad: string[] = []) {
  const agent = newAgent()
  const order: string[] = []
  const perform: Perform = async ({ key, isClosing, payload }) => {
    order.push(key)
    assert.deepEqual(
      [isClosing, isClosing ? payload : {}],
      [key === closingKey, isClosing ? closing.payload : {}],
    )
    if (bad.includes(key)) throw new AppError('model_auth', `${key} is bad`)
    return success(isClosing ? report : {})
  }
  const { engine } = await host.worker({ agents: [agent], perform })
  const { id } = await engine.submit(runOf({ agent, tasks, closing }))
  return { engine, id, order, run: await ended(engine, id), bad }
}

test('the closing task comes last, is none of the tasks, and its report is the run’s', async () => {
  const { engine, id, order, run } = await closedRun(
    { ok: true, report: { branch: 'combined' } },
    { a: [], b: ['a'], c: [] },
  )
  assert.equal(order.at(-1), closingKey)
  assert.equal(order.length, 4)
  assert.deepEqual([run.state, run.report, run.total], ['succeeded', { branch: 'combined' }, 3])
  assert.equal(countsOf(run), 3)
  assert.deepEqual(Object.keys(await statesOf(engine, id)), ['a', 'b', 'c'])
  assert.equal((await engine.results(id, null)).length, 3)
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
})

test('it closes a run of which a part failed, and not one where nothing succeeded', async () => {
  const some = await closedRun({ ok: true, report: { n: 1 } }, { a: [], b: ['a'], bad: [] }, [
    'bad',
  ])
  assert.deepEqual([some.run.state, some.run.report], ['partial', { n: 1 }])
  assert.equal(some.order.at(-1), closingKey)
  const none = await closedRun({ ok: true, report: { n: 1 } }, { bad: [], b: ['bad'] }, ['bad'])
  assert.deepEqual([none.run.state, none.run.report], ['failed', null])
  assert.deepEqual(none.order, ['bad'])
  assert.deepEqual(await leftovers(host.pool, none.id), nothingLeft)
})

test('a whole that is not sound makes the run partial', async () => {
  const { run } = await closedRun({ ok: false, report: { conflict: ['a'] } }, { a: [] })
  assert.deepEqual([run.state, run.report], ['partial', { conflict: ['a'] }])
})

test('closing that fails makes the run partial and says why; a retry closes again', async () => {
  const { engine, id, order, run, bad } = await closedRun(
    { ok: true, report: { fine: true } },
    { a: [] },
    [closingKey],
  )
  assert.deepEqual([run.state, run.report], ['partial', { error: '.closing is bad' }])
  bad.length = 0
  await engine.retry(id, null)
  const again = await ended(engine, id)
  assert.deepEqual([again.state, again.report], ['succeeded', { fine: true }])
  assert.deepEqual(order, ['a', closingKey, closingKey])
})

test('a retried run is closed again, with what the retry gave', async () => {
  const { engine, id, order, bad } = await closedRun({ ok: true, report: {} }, { a: [], bad: [] }, [
    'bad',
  ])
  bad.length = 0
  await engine.retry(id, null)
  assert.equal((await ended(engine, id)).state, 'succeeded')
  assert.deepEqual(order.slice(-2), ['bad', closingKey])
})

/** A run whose only task has succeeded and whose closing task is about to begin. */
async function aboutToClose(): Promise<{ engine: Engine; id: string; agent: string }> {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine, worker } = await host.worker({
    agents: [agent],
    slots: 1,
    perform: (claimed, context) =>
      claimed.isClosing ? new Promise(() => undefined) : held.perform(claimed, context),
  })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [] }, closing }))
  await held.end('a')
  await closingIs(id, 'running')
  await worker.stop()
  return { engine, id, agent }
}

const cancelled = async (engine: Engine, id: string) => {
  await engine.cancel(id)
  const run = await ended(engine, id)
  assert.equal(run.state, 'cancelled')
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
  return run
}

test('a cancel ends a run whose closing task has not begun, its worker having left', async () => {
  const { engine, id } = await aboutToClose()
  await closingIs(id, 'ready')
  const run = await engine.run(id)
  assert.deepEqual([run.counts.succeeded, countsOf(run), run.finishedAt], [1, 1, null])
  assert.equal((await cancelled(engine, id)).counts.succeeded, 1)
})

test('a closing task whose worker left is begun again by the next', async () => {
  const { engine, id, agent } = await aboutToClose()
  const next = new HeldAgent()
  await host.worker({ agents: [agent], perform: next.perform })
  await next.hasBegun(closingKey, 2)
  await next.end(closingKey, success({ ok: true, report: { second: true } }))
  const run = await ended(engine, id)
  assert.deepEqual([run.state, run.report], ['succeeded', { second: true }])
})

test('a cancel stops a closing task that runs, is in back-off, or is parked', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform })
  const backOff = new AppError('model_failed', 'down', { retryAfterMs: 3_600_000 })
  const parked = { kind: 'parked', reason: 'outside', deadlineMs: 3_600_000 } as const
  for (const [state, ending] of [
    ['running', null],
    ['waiting', backOff],
    ['parked', parked],
  ] as const) {
    const { id } = await engine.submit(runOf({ agent, tasks: { [state]: [] }, closing }))
    await held.end(state)
    await closingIs(id, 'running')
    if (ending !== null) {
      await held.end(closingKey, ending)
      await closingIs(id, state)
    }
    await cancelled(engine, id)
    assert.deepEqual(await statesOf(engine, id), { [state]: 'succeeded' })
  }
})

test('a cancel while the tasks run leaves nothing to close', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [], b: [] }, closing }))
  await held.end('a')
  await held.hasBegun('b')
  await cancelled(engine, id)
  assert.deepEqual(held.keys.toSorted(), ['a', 'b'])
  await engine.retry(id, null)
  await held.hasBegun('b', 2)
  await held.end('b')
  await held.end(closingKey, success({ ok: true, report: {} }))
  assert.equal((await ended(engine, id)).state, 'succeeded')
})
