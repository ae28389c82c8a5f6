import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Perform } from '../../src/engine/index.ts'
import {
  counted,
  ended,
  engineHost,
  HeldAgent,
  leftovers,
  manyTasks,
  newAgent,
  nothingLeft,
  pause,
  runOf,
  statesOf,
  succeed,
  success,
  tasksOf,
  until,
} from './engine-host.ts'

const host = await engineHost()

const recorder = () => {
  const order: string[] = []
  const perform: Perform = async ({ key }) => {
    order.push(key)
    return success({ key })
  }
  return { order, perform }
}

test('a flat run: every task once, with its output, and nothing left behind', async () => {
  const agent = newAgent()
  const { order, perform } = recorder()
  const { engine } = await host.worker({ agents: [agent], perform })
  const { id } = await engine.submit(runOf({ agent, tasks: manyTasks(200) }))
  const run = await ended(engine, id)
  assert.equal(run.state, 'succeeded')
  assert.equal(run.counts.succeeded, 200)
  assert.equal(new Set(order).size, 200)
  assert.equal(order.length, 200)
  const tasks = Object.values(await tasksOf(engine, id))
  assert.ok(tasks.every((task) => task.attempts === 1 && task.wait === null))
  const results = await engine.results(id, ['t7'])
  assert.deepEqual(results[0]?.output, { key: 't7' })
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
})

test('chain, diamond and layers: nothing begins before what it depends on has finished', async () => {
  const agent = newAgent()
  const { engine } = await host.worker({ agents: [agent], perform: succeed })
  const graphs: Record<string, string[]>[] = [
    { a: [], b: ['a'], c: ['b'], d: ['c'], e: ['d'] },
    { top: [], left: ['top'], right: ['top'], bottom: ['left', 'right'] },
    Object.fromEntries(
      Array.from({ length: 60 }, (_, n) => [
        `n${n}`,
        n < 10 ? [] : [`n${n - 10}`, `n${n - (n % 10) - 10 + ((n + 1) % 10)}`],
      ]),
    ),
  ]
  for (const tasks of graphs) {
    const { id } = await engine.submit(runOf({ agent, tasks }))
    assert.equal((await ended(engine, id)).state, 'succeeded')
    const done = await tasksOf(engine, id)
    for (const [key, task] of Object.entries(done)) {
      for (const needed of tasks[key] ?? []) {
        const finished = done[needed]?.finishedAt ?? 'never'
        assert.ok(finished <= (task.startedAt ?? ''), `${needed} ended before ${key} began`)
      }
    }
  }
})

test('a failed task skips what depends on it, however far, and nothing else', async () => {
  const agent = newAgent()
  const { engine } = await host.worker({
    agents: [agent],
    perform: async ({ key }) => {
      if (key === 'bad') throw new Error('broken')
      return success()
    },
  })
  const tasks = { bad: [], good: [], next: ['bad'], far: ['next', 'good'], free: ['good'] }
  const { id } = await engine.submit(runOf({ agent, tasks }))
  const run = await ended(engine, id)
  assert.equal(run.state, 'partial')
  assert.deepEqual(await statesOf(engine, id), {
    bad: 'failed',
    good: 'succeeded',
    next: 'skipped',
    far: 'skipped',
    free: 'succeeded',
  })
  const { counts } = run
  assert.deepEqual([counts.succeeded, counts.failed, counts.skipped], [2, 1, 2])
})

test('a run in which nothing succeeded has failed', async () => {
  const agent = newAgent()
  const perform: Perform = () => Promise.reject(new Error('broken'))
  const { engine } = await host.worker({ agents: [agent], perform })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [], b: ['a'] } }))
  assert.equal((await ended(engine, id)).state, 'failed')
})

test('the higher priority goes first, and equal ones in the plan’s order', async () => {
  const agent = newAgent()
  const lanes = [{ name: agent, capacity: 1 }]
  const of = (priority: 'critical' | 'high' | 'medium' | 'low') => ({ priority, lanes: [agent] })
  const tasks = {
    low: of('low'),
    medium1: of('medium'),
    critical: of('critical'),
    high: of('high'),
    medium2: of('medium'),
  }
  const engine = host.engine()
  const { id } = await engine.submit(runOf({ agent, lanes, tasks }))
  const { order, perform } = recorder()
  await host.worker({ agents: [agent], perform })
  await ended(engine, id)
  assert.deepEqual(order, ['critical', 'high', 'medium1', 'medium2', 'low'])
})

test('a task that waited long goes before a later one of higher priority', async () => {
  const agent = newAgent()
  const lanes = [{ name: agent, capacity: 1 }]
  const engine = host.engine()
  const submit = (key: string, priority: 'critical' | 'low', ageingMs: number) =>
    engine.submit(runOf({ agent, lanes, ageingMs, tasks: { [key]: { priority, lanes: [agent] } } }))
  // Three steps of 20 ms are less than the 200 ms that the first one waits longer.
  const runs = [await submit('old', 'low', 20)]
  await pause(200)
  runs.push(await submit('new', 'critical', 20), await submit('strict', 'critical', 60_000))
  const { order, perform } = recorder()
  await host.worker({ agents: [agent], perform })
  for (const { id } of runs) await ended(engine, id)
  assert.deepEqual(order, ['strict', 'old', 'new'])
})

test('no more tasks of a run go at once than it has slots, over two processes', async () => {
  const agent = newAgent()
  // The first ones stay until there are three: fewer at once would never end.
  const { perform, most } = counted(async () => {
    await until('three at once', () => most() === 3)
    await pause(1)
    return success()
  })
  const { engine } = await host.worker({ agents: [agent], perform })
  await host.worker({ agents: [agent], perform })
  const { id } = await engine.submit(runOf({ agent, slots: 3, tasks: manyTasks(40) }))
  await ended(engine, id)
  assert.equal(most(), 3)
})

test('a worker takes no more than it has places', async () => {
  const agent = newAgent()
  const { perform, most } = counted(succeed)
  const { engine } = await host.worker({ agents: [agent], slots: 2, perform })
  const { id } = await engine.submit(runOf({ agent, tasks: manyTasks(40) }))
  await ended(engine, id)
  assert.ok(most() <= 2)
})

test('what one process leaves free, another takes', async () => {
  const agent = newAgent()
  const [one, two] = [new HeldAgent(), new HeldAgent()]
  const { engine } = await host.worker({ agents: [agent], slots: 3, perform: one.perform })
  await host.worker({ agents: [agent], slots: 3, perform: two.perform })
  const { id } = await engine.submit(runOf({ agent, tasks: manyTasks(6) }))
  await until('all run', () => one.keys.length + two.keys.length === 6)
  assert.deepEqual([one.keys.length, two.keys.length], [3, 3])
  await Promise.all(one.keys.map((key) => one.end(key)))
  await Promise.all(two.keys.map((key) => two.end(key)))
  assert.equal((await ended(engine, id)).state, 'succeeded')
})

test('seventy runs at once all come to their end', async () => {
  const agent = newAgent()
  const { engine } = await host.worker({ agents: [agent], slots: 20, perform: succeed })
  const other = await host.worker({ agents: [agent], slots: 20, perform: succeed })
  const tasks = { a: [], b: ['a'], c: ['a'], d: ['b', 'c'] }
  const runs = await Promise.all(
    Array.from({ length: 70 }, (_, n) =>
      (n % 2 === 0 ? engine : other.engine).submit(runOf({ agent, tasks })),
    ),
  )
  for (const { id } of runs) {
    const run = await ended(engine, id)
    assert.deepEqual([run.state, run.counts.succeeded], ['succeeded', 4])
  }
})
