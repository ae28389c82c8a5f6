import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../../src/shared/index.ts'
import {
  connectionLost,
  ended,
  engineHost,
  gate,
  HeldAgent,
  newAgent,
  pause,
  runOf,
  statesOf,
  success,
  tasksOf,
  until,
  wired,
} from './engine-host.ts'

const host = await engineHost()

test('a heartbeat that overlaps a claim begins nothing again', async () => {
  const agent = newAgent()
  const [late, lateAnswer] = [gate(), gate()]
  let [sent, answered] = [0, 0]
  const pool = wired(host.pool, {
    send: async (query) => {
      if (query !== 'heartbeat') return
      sent += 1
      await late.pass()
    },
    answer: async (query) => {
      if (query !== 'heartbeat') return
      answered += 1
      await lateAnswer.pass()
    },
  })
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform }, { pool })
  late.shut()
  lateAnswer.shut()
  const [sentBefore, answeredBefore] = [sent, answered]
  await until('a beat that knows of no task', () => sent > sentBefore)
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [] } }))
  await held.hasBegun('a')
  late.open()
  await until('the database misses the task', () => answered > answeredBefore)
  await held.end('a')
  await ended(engine, id)
  lateAnswer.open()
  const now = sent
  await until('more beats', () => sent > now + 2)
  assert.deepEqual(held.keys, ['a'])
})

test('a late heartbeat does not stop the next attempt', async () => {
  const agent = newAgent()
  const late = gate()
  let sent = 0
  const pool = wired(host.pool, {
    send: async (query) => {
      if (query === 'heartbeat') {
        sent += 1
        await late.pass()
      }
    },
  })
  const held = new HeldAgent()
  const { engine } = await host.worker({ agents: [agent], perform: held.perform }, { pool })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: { maxRetries: 1 } } }))
  await held.hasBegun('a')
  late.shut()
  const before = sent
  await until('beat', () => sent > before)
  await held.end('a', new AppError('agent_failed', 'first'))
  await held.hasBegun('a', 2)
  late.open()
  const now = sent
  await until('beats', () => sent > now + 1)
  await held.end('a')
  const run = await ended(engine, id)
  assert.equal(run.state, 'succeeded', JSON.stringify(await tasksOf(engine, id)))
})

test('a worker that stops while a claim is on its way performs nothing after', async () => {
  const agent = newAgent()
  const late = gate()
  const pool = wired(host.pool, {
    answer: async (_, row) => {
      if (row?.claimed) await late.pass()
    },
  })
  const begun: string[] = []
  const { engine, worker } = await host.worker(
    {
      agents: [agent],
      perform: async ({ key }) => {
        begun.push(key)
        return success()
      },
    },
    { pool },
  )
  late.shut()
  await pause(200)
  const { id } = await engine.submit(runOf({ agent, tasks: { a: [] } }))
  await until('claimed', async () => (await statesOf(engine, id)).a === 'running')
  const stopped = worker.stop()
  late.open()
  await stopped
  await pause(500)
  assert.deepEqual(begun, [])
  assert.equal(await engine.countWorkers(), 2)
  assert.equal((await statesOf(engine, id)).a, 'ready')
})

test('after losing the database for long, attempt number is not reused', async () => {
  const agent = newAgent()
  let cut = false
  const pool = wired(host.pool, {
    send: () => {
      if (cut) throw connectionLost()
    },
  })
  const begun: string[] = []
  const { engine } = await host.worker(
    {
      agents: [agent],
      perform: async ({ key, attempt }, { signal }) => {
        begun.push(`${key} ${attempt}`)
        if (begun.length > 1) return success()
        return await new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        )
      },
    },
    { pool, times: { lostMs: 900 } },
  )
  const { id } = await host.engine().submit(runOf({ agent, tasks: { a: [] } }))
  await until('begun', () => begun.length === 1)
  cut = true
  await pause(750)
  cut = false
  await ended(engine, id)
  assert.deepEqual(begun, ['a 1', 'a 2'])
})
