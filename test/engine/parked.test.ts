import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../../src/shared/index.ts'
import {
  ended,
  engineHost,
  HeldAgent,
  leftovers,
  newAgent,
  nothingLeft,
  reaches,
  runOf,
  tasksOf,
  until,
} from './engine-host.ts'

const host = await engineHost()
const outside = { kind: 'parked', reason: 'outside', deadlineMs: 3_600_000 } as const

/** A run whose first task is parked, with the number by which it is resumed. */
async function parkedRun(
  settings: { readonly reason?: 'approval'; readonly deadlineMs?: number } = {},
) {
  const agent = newAgent()
  const held = new HeldAgent()
  const { engine, worker } = await host.worker({ agents: [agent], slots: 1, perform: held.perform })
  const lanes = [{ name: agent, capacity: 1 }]
  const tasks = { a: { lanes: [agent] }, b: { lanes: [agent] }, c: ['a'], free: [] }
  const { id } = await engine.submit(runOf({ agent, slots: 2, lanes, tasks }))
  await held.end('a', { ...outside, ...settings })
  const task = await until('a was parked', async () => {
    const { a } = await tasksOf(engine, id)
    return a?.state === 'running' || a?.state === 'ready' ? null : a
  })
  const number = held.begun.find((one) => one.key === 'a')?.task ?? 0
  return { engine, worker, held, id, task, number, agent }
}

test('parked work holds its lane and its slot, but not the worker', async () => {
  const { engine, held, id, task, number } = await parkedRun()
  assert.equal(task.wait?.reason, 'outside')
  assert.ok(Date.parse(task.wait?.frees ?? '') > Date.now() + 3_000_000)
  // The worker's only place is free for what needs no lane; the run's second slot takes it.
  await held.hasBegun('free')
  assert.equal((await tasksOf(engine, id)).b?.wait?.reason, 'slots')
  await held.end('free')
  await reaches(engine, id, ['free', 'succeeded'])
  assert.equal((await tasksOf(engine, id)).b?.wait?.reason, 'lane')
  assert.equal((await engine.run(id)).state, 'parked')
  const output = { verdict: 'done elsewhere' }
  assert.equal(await engine.resumeParked({ task: number, attempt: 1 }, { output }), true)
  await held.end('b')
  await held.end('c')
  assert.equal((await ended(engine, id)).state, 'succeeded')
  assert.deepEqual((await tasksOf(engine, id)).a?.output, output)
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
})

test('of many who resume at once exactly one wins; a stale number never does', async () => {
  const { engine, held, id, number } = await parkedRun()
  const parked = { task: number, attempt: 1 }
  assert.equal(await engine.resumeParked({ ...parked, attempt: 0 }, { output: {} }), false)
  assert.equal(await engine.resumeParked({ ...parked, attempt: 2 }, { output: {} }), false)
  assert.equal(await engine.resumeParked({ task: 2 ** 40, attempt: 1 }, { output: {} }), false)
  const others = [engine, host.engine(), host.engine()]
  const won = await Promise.all(
    [...others, ...others].map((one, n) => one.resumeParked(parked, { output: { n } })),
  )
  assert.equal(won.filter(Boolean).length, 1)
  assert.deepEqual((await tasksOf(engine, id)).a?.output, { n: won.indexOf(true) })
  for (const key of ['free', 'b', 'c']) await held.end(key)
  assert.equal((await ended(engine, id)).state, 'succeeded')
})

test('outside work that failed fails the task and skips its dependants', async () => {
  const { engine, held, id, number } = await parkedRun()
  const error = new AppError('agent_failed', 'the pull request was closed')
  assert.equal(await engine.resumeParked({ task: number, attempt: 1 }, { error }), true)
  for (const key of ['free', 'b']) await held.end(key)
  assert.equal((await ended(engine, id)).state, 'partial')
  const { a, c } = await tasksOf(engine, id)
  assert.deepEqual([a?.state, a?.error?.message], ['failed', 'the pull request was closed'])
  assert.equal(c?.state, 'skipped')
})

test('parked work that passes its deadline fails by itself', async () => {
  const { engine, held, id } = await parkedRun({ deadlineMs: 300 })
  for (const key of ['free', 'b']) await held.end(key)
  assert.equal((await ended(engine, id)).state, 'partial')
  const { a } = await tasksOf(engine, id)
  assert.deepEqual([a?.state, a?.error?.code], ['failed', 'task_timeout'])
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
})

test('a task that waits for a person says so, and so does its run', async () => {
  const { engine, held, id, task, number } = await parkedRun({ reason: 'approval' })
  assert.equal(task.wait?.reason, 'approval')
  await held.end('free')
  await reaches(engine, id, ['free', 'succeeded'])
  await engine.resumeParked({ task: number, attempt: 1 }, { output: {} })
  for (const key of ['b', 'c']) await held.end(key)
  await ended(engine, id)
  const agent = newAgent()
  const only = new HeldAgent()
  await host.worker({ agents: [agent], perform: only.perform })
  const alone = await engine.submit(runOf({ agent, tasks: { a: [], b: ['a'] } }))
  await only.end('a', { ...outside, reason: 'approval' })
  await reaches(engine, alone.id, ['a', 'parked'])
  const run = await engine.run(alone.id)
  assert.deepEqual([run.state, run.limit?.reason], ['parked', 'approval'])
  await engine.cancel(alone.id)
})

test('parked work outlives its worker', async () => {
  const { engine, worker, held, id, number, agent } = await parkedRun()
  await held.end('free')
  await reaches(engine, id, ['free', 'succeeded'])
  await worker.stop()
  assert.equal((await tasksOf(engine, id)).a?.state, 'parked')
  assert.equal(await engine.resumeParked({ task: number, attempt: 1 }, { output: {} }), true)
  const next = new HeldAgent()
  await host.worker({ agents: [agent], perform: next.perform })
  for (const key of ['b', 'c']) await next.end(key)
  assert.equal((await ended(engine, id)).state, 'succeeded')
})

test('an output of outside work that cannot be stored is refused, and the task stays parked', async () => {
  const { engine, held, id, number } = await parkedRun()
  const parked = { task: number, attempt: 1 }
  await assert.rejects(engine.resumeParked(parked, { output: { text: 'a\0b' } }))
  assert.equal((await tasksOf(engine, id)).a?.state, 'parked')
  assert.equal(await engine.resumeParked(parked, { output: {} }), true)
  for (const key of ['free', 'b', 'c']) await held.end(key)
  assert.equal((await ended(engine, id)).state, 'succeeded')
})
