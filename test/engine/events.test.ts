import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunEvent } from '../../src/contracts/index.ts'
import type { Engine } from '../../src/engine/index.ts'
import {
  ended,
  engineHost,
  HeldAgent,
  manyTasks,
  newAgent,
  runOf,
  statesOf,
  succeed,
  until,
} from './engine-host.ts'

const host = await engineHost()
const patience = () => AbortSignal.timeout(60_000)

async function collect(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const found: RunEvent[] = []
  for await (const event of events) found.push(event)
  return found
}

const counting = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => from + n + 1)

async function finishedRun(): Promise<{ engine: Engine; id: string; all: RunEvent[] }> {
  const agent = newAgent()
  const { engine } = await host.worker({ agents: [agent], slots: 3, perform: succeed })
  const other = await host.worker({ agents: [agent], slots: 3, perform: succeed })
  const tasks = { ...manyTasks(20), last: Object.keys(manyTasks(20)) }
  const { id } = await other.engine.submit(runOf({ agent, tasks }))
  const all = await collect(engine.events(id, 0, patience()))
  return { engine, id, all }
}

test('a follower sees every event once, from the first to the end', async () => {
  const { engine, id, all } = await finishedRun()
  const run = await engine.run(id)
  assert.deepEqual(
    all.map((event) => event.seq),
    counting(0, run.seq),
  )
  assert.equal(all.at(-1)?.run, 'succeeded')
  const states: Record<string, string> = {}
  for (const { changes } of all) for (const one of changes) states[one.task] = one.state
  assert.deepEqual(states, await statesOf(engine, id))
})

test('a follower may resume anywhere, without gap or repeat', async () => {
  const { engine, id, all } = await finishedRun()
  for (const after of [0, 1, Math.floor(all.length / 2), all.length - 1, all.length, 1e6]) {
    assert.deepEqual(await collect(engine.events(id, after, patience())), all.slice(after))
  }
})

test('followers in several processes see the same while the run goes on', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [], b: ['a'], c: ['b'] } }))
  const early = [engine, host.engine()].map((one) => collect(one.events(id, 0, patience())))
  await held.end('a')
  await held.hasBegun('b')
  const { seq } = await engine.snapshot(id)
  const late = collect(engine.events(id, seq, patience()))
  await held.end('b')
  await held.end('c')
  const [one, two] = await Promise.all(early)
  assert.ok(one !== undefined)
  assert.deepEqual(one, two)
  assert.deepEqual(await late, one.slice(seq))
  const run = await engine.run(id)
  assert.equal(one.length, run.seq)
})

test('a snapshot and the events after it amount to the final states', async () => {
  const agent = newAgent()
  const { engine } = await host.worker({ agents: [agent], slots: 5, perform: succeed })
  const { id } = await engine.submit(runOf({ agent, slots: 5, tasks: manyTasks(300) }))
  for (let n = 0; n < 5; n += 1) {
    const { seq, tasks } = await engine.snapshot(id)
    const states = Object.fromEntries(tasks.map((task) => [task.id, String(task.state)]))
    for (const { changes } of await collect(engine.events(id, seq, patience()))) {
      for (const one of changes) states[one.task] = one.state
    }
    assert.deepEqual(states, await statesOf(engine, id))
  }
})

test('an aborted follower stops with the reason', async () => {
  const engine = host.engine()
  const { id } = await engine.submit(runOf({ agent: newAgent(), tasks: { a: [] } }))
  const controller = new AbortController()
  const following = collect(engine.events(id, 0, controller.signal))
  const reason = new Error('enough')
  setImmediate(() => controller.abort(reason))
  await assert.rejects(following, reason)
  await assert.rejects(collect(engine.events(id, 0, AbortSignal.abort(reason))), reason)
})

test('following a run that is deleted ends, and one that does not exist is not found', async () => {
  const engine = host.engine()
  const { id } = await engine.submit(runOf({ agent: newAgent(), tasks: { a: [] } }))
  const following = collect(engine.events(id, 0, patience()))
  await until('it is read', async () => (await engine.run(id)).seq === 0)
  await host.pool.query('delete from maniple.runs where id = $1', [id])
  assert.deepEqual(await following, [])
  const unknown = collect(engine.events('no-such-run', 0, patience()))
  await assert.rejects(unknown, { code: 'not_found' })
  await assert.rejects(engine.snapshot('no-such-run'), { code: 'not_found' })
})

test('a retried run is followed to its next end', async () => {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [] } }))
  await held.end('a', new Error('no luck'))
  const first = await ended(engine, id)
  await engine.retry(id, null)
  const following = collect(engine.events(id, first.seq, patience()))
  await held.hasBegun('a', 2)
  await held.end('a')
  const found = await following
  const last = await engine.run(id)
  assert.deepEqual(
    found.map((event) => event.seq),
    counting(first.seq, last.seq),
  )
  assert.equal(found.at(-1)?.run, 'succeeded')
})
