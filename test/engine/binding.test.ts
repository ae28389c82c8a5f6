import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Perform } from '../../src/engine/index.ts'
import { newId } from '../../src/shared/index.ts'
import {
  ended,
  engineHost,
  HeldAgent,
  newAgent,
  reaches,
  runOf,
  succeed,
  success,
  tasksOf,
} from './engine-host.ts'

const host = await engineHost()

const noting =
  (performed: string[]): Perform =>
  async ({ runId, key }) => {
    performed.push(`${runId} ${key}`)
    return success()
  }

test('a bound run is performed by its own process alone', async () => {
  const agent = newAgent()
  const binding = newId()
  const [others, own]: [string[], string[]] = [[], []]
  const { engine } = await host.worker({ agents: [agent], perform: noting(others) })
  await host.worker({ agents: [agent], binding: newId(), perform: noting(others) })
  const bound = await engine.submit(runOf({ agent, binding, tasks: { a: [], b: ['a'] } }))
  const free = await engine.submit(runOf({ agent, tasks: { c: [] } }))
  await ended(engine, free.id)
  assert.deepEqual(others, [`${free.id} c`])
  const { wait } = await reaches(engine, bound.id, ['a', 'ready'])
  assert.deepEqual([wait?.reason, /is alive/.test(wait?.subject ?? '')], ['worker', true])
  assert.match((await engine.run(bound.id)).limit?.subject ?? '', /no worker .* is alive/)
  await host.worker({ agents: [agent], binding, onlyRun: bound.id, perform: noting(own) })
  assert.equal((await ended(engine, bound.id)).state, 'succeeded')
  assert.deepEqual(own, [`${bound.id} a`, `${bound.id} b`])
  assert.equal(others.length, 1)
})

test('a process that came for one run performs no other', async () => {
  const agent = newAgent()
  const performed: string[] = []
  const engine = host.engine()
  const other = await engine.submit(runOf({ agent, tasks: { x: { priority: 'critical' } } }))
  const mine = await engine.submit(runOf({ agent, tasks: { a: [], b: ['a'] } }))
  const onlyRun = mine.id
  await host.worker({ agents: [agent], onlyRun, perform: noting(performed) })
  assert.equal((await ended(engine, mine.id)).state, 'succeeded')
  assert.deepEqual(performed, [`${mine.id} a`, `${mine.id} b`])
  const { x } = await tasksOf(engine, other.id)
  assert.deepEqual([x?.state, x?.wait?.reason], ['ready', 'worker'])
  await engine.cancel(other.id)
})

test('nobody performs an agent that it does not have', async () => {
  const [agent, missing] = [newAgent(), newAgent()]
  const { engine } = await host.worker({ agents: [agent], perform: succeed })
  const { id } = await engine.submit(
    runOf({ agent, tasks: { a: [], b: { agent: missing }, c: ['b'] } }),
  )
  await reaches(engine, id, ['a', 'succeeded'])
  const { b } = await tasksOf(engine, id)
  assert.equal(b?.wait?.subject, `no worker that performs ${missing} is alive`)
  assert.equal((await engine.run(id)).limit?.reason, 'worker')
  await host.worker({ agents: [missing], perform: succeed })
  assert.equal((await ended(engine, id)).state, 'succeeded')
})

test('a bound run is taken over only when the process that had it is gone', async () => {
  const agent = newAgent()
  const [old, next] = [newId(), newId()]
  const held = new HeldAgent()
  const { engine, worker } = await host.worker({
    agents: [agent],
    binding: old,
    perform: held.perform,
  })
  const { id } = await engine.submit(runOf({ agent, binding: old, tasks: { a: [], b: ['a'] } }))
  await held.hasBegun('a')
  await assert.rejects(engine.retry(id, next), { code: 'retry_not_possible' })
  await worker.stop()
  const { a } = await tasksOf(engine, id)
  assert.match(a?.wait?.subject ?? '', /no worker .* is alive/)
  const taken = await engine.retry(id, next)
  assert.equal(taken.finishedAt, null)
  await host.worker({ agents: [agent], binding: next, perform: succeed })
  assert.equal((await ended(engine, id)).state, 'succeeded')
  assert.equal((await tasksOf(engine, id)).a?.attempts, 2)
})

test('a failed bound run is retried under the binding of the process that retries it', async () => {
  const agent = newAgent()
  const [old, next] = [newId(), newId()]
  const perform: Perform = () => Promise.reject(new Error('no luck'))
  const { engine, worker } = await host.worker({ agents: [agent], binding: old, perform })
  const { id } = await engine.submit(runOf({ agent, binding: old, tasks: { a: [] } }))
  assert.equal((await ended(engine, id)).state, 'failed')
  await worker.stop()
  await host.worker({ agents: [agent], binding: next, perform: succeed })
  await engine.retry(id, next)
  assert.equal((await ended(engine, id)).state, 'succeeded')
})
