import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PerformContext, Way } from '../../src/engine/index.ts'
import {
  ended,
  engineHost,
  leftovers,
  manyTasks,
  newAgent,
  nothingLeft,
  runOf,
  success,
  tasksOf,
  until,
} from './engine-host.ts'

const host = await engineHost()

/** Lanes `first` and `second` of an agent of their own, and tasks that may take either. */
function choice(capacities: readonly [number, number], shared: readonly string[] = []) {
  const agent = newAgent()
  const [first, second] = [`${agent}:first`, `${agent}:second`]
  const ways: readonly Way[] = [
    { choice: 'first', lanes: [first] },
    { choice: 'second', lanes: [second] },
  ]
  const lanes = [
    { name: first, capacity: capacities[0] },
    { name: second, capacity: capacities[1] },
  ]
  const run = (width: number) =>
    runOf({ agent, lanes, tasks: manyTasks(width, { ways, lanes: shared }) })
  return { agent, first, second, run, lanes }
}

const heldIn = async (lane: string): Promise<number> => {
  const { rows } = await host.pool.query<{ held: number }>(
    'select held from maniple.lanes where id = $1',
    [lane],
  )
  return rows[0]?.held ?? -1
}

test('tasks take the first way as far as it has room, and the others only then', async () => {
  const { agent, first, second, run } = choice([3, 10])
  const given: (string | null)[] = []
  let release: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const { engine } = await host.worker({
    agents: [agent],
    perform: async (claimed) => {
      given.push(claimed.choice)
      await gate
      return success()
    },
  })
  const { id } = await engine.submit(run(8))
  await until('eight have begun', () => given.length === 8)
  assert.deepEqual([await heldIn(first), await heldIn(second)], [3, 5])
  release()
  assert.equal((await ended(engine, id)).state, 'succeeded')
  assert.equal(given.filter((one) => one === 'first').length, 3)
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
  assert.deepEqual([await heldIn(first), await heldIn(second)], [0, 0])
})

test('a shut way is passed over; with all ways shut the tasks wait and say for what', async () => {
  const { agent, first, second, run, lanes } = choice([5, 5])
  const given: (string | null)[] = []
  const { engine } = await host.worker({
    agents: [agent],
    perform: async (claimed) => {
      given.push(claimed.choice)
      return success()
    },
  })
  await engine.lanes.set(lanes)
  await engine.lanes.shut(first, 'rate', 3_600_000)
  const one = await engine.submit(run(4))
  assert.equal((await ended(engine, one.id)).state, 'succeeded')
  assert.deepEqual(given, ['second', 'second', 'second', 'second'])
  await engine.lanes.shut(second, 'budget', 1_800_000)
  const two = await engine.submit(run(2))
  const [task] = Object.values(await tasksOf(engine, two.id))
  // The one that opens first is what it waits for.
  assert.equal(task?.wait?.reason, 'budget')
  assert.equal(task?.wait?.subject, second)
  assert.ok(Date.parse(task?.wait?.frees ?? '') > Date.now())
  assert.equal((await engine.run(two.id)).limit?.reason, 'budget')
  await engine.lanes.open([second], 'rate')
  assert.equal((await engine.run(two.id)).counts.ready, 2, 'only its own reason opens a lane')
  await engine.lanes.open([first, second], 'budget')
  assert.equal((await ended(engine, two.id)).state, 'succeeded')
})

test('a fallback during an attempt moves its place; a full, shut or unknown way is none', async () => {
  const { agent, first, second, run } = choice([2, 1])
  const contexts: PerformContext[] = []
  let release: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const { engine } = await host.worker({
    agents: [agent],
    perform: async (_, context) => {
      contexts.push(context)
      await gate
      return success()
    },
  })
  const { id } = await engine.submit(run(2))
  await until('both have begun', () => contexts.length === 2)
  assert.equal(await contexts[0]?.takeWay(['third', 'second']), 'second')
  assert.deepEqual([await heldIn(first), await heldIn(second)], [1, 1])
  assert.equal(await contexts[1]?.takeWay(['second']), null, 'it is full')
  assert.equal(await contexts[0]?.takeWay(['first']), 'first')
  await engine.lanes.shut(second, 'breaker', 60_000)
  assert.equal(await contexts[0]?.takeWay(['second']), null, 'it is shut')
  assert.deepEqual(await engine.runs({ limit: 1 }).then((page) => page.runs.length), 1)
  release()
  assert.equal((await ended(engine, id)).state, 'succeeded')
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
  const { rows } = await host.pool.query('select maniple.sweep() as breach')
  assert.deepEqual(rows, [])
})

test('what is postponed goes back to ready uncounted, and is performed when its lane opens', async () => {
  const { agent, first, second, run, lanes } = choice([1, 1])
  let tries = 0
  const { engine } = await host.worker({
    agents: [agent],
    perform: async () => {
      tries += 1
      if (tries > 1) return success()
      await engine.lanes.shut(first, 'budget', 3_600_000)
      await engine.lanes.shut(second, 'budget', 3_600_000)
      return { kind: 'postponed' }
    },
  })
  await engine.lanes.set(lanes)
  const { id } = await engine.submit(run(1))
  await until('it is back', async () => tries === 1 && (await engine.run(id)).counts.ready === 1)
  const [task] = Object.values(await tasksOf(engine, id))
  assert.equal(task?.state, 'ready')
  assert.equal(task?.wait?.reason, 'budget')
  assert.deepEqual([await heldIn(first), await heldIn(second)], [0, 0])
  await engine.lanes.open([first], 'budget')
  assert.equal((await ended(engine, id)).state, 'succeeded')
  assert.equal(tries, 2)
})

test('a breaker opens once for a burst, lets one try through, and closes on success', async () => {
  const { agent, first, lanes } = choice([50, 50])
  const engine = host.engine()
  await engine.lanes.set(lanes)
  const times = { openMs: 40, mostMs: 60_000 }
  assert.equal(await engine.lanes.openBreaker(first, { ...times, ageMs: 5 }), true)
  assert.equal(await engine.lanes.openBreaker(first, { ...times, ageMs: 600_000 }), false)
  // Not by what the lane says now: on a slow machine its 40 ms may be over.
  const { rows } = await host.pool.query('select shut_reason from maniple.lanes where id = $1', [
    first,
  ])
  assert.deepEqual(rows, [{ shut_reason: 'breaker' }])
  const begun: string[] = []
  let release: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  await host.worker({
    agents: [agent],
    perform: async (claimed) => {
      begun.push(claimed.key)
      await gate
      return success()
    },
  })
  const { id } = await engine.submit(runOf({ agent, tasks: manyTasks(20, { lanes: [first] }) }))
  await until('the probe has begun', () => begun.length > 0)
  // Twice the polling of a worker: more would have come by now.
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal(begun.length, 1, 'half open: one at a time')
  assert.equal(
    await engine.lanes.closeBreaker(first, 600_000),
    false,
    'it began before the opening',
  )
  assert.equal(await engine.lanes.closeBreaker(first, 0), true)
  await until('all have begun', () => begun.length === 20)
  release()
  assert.equal((await ended(engine, id)).state, 'succeeded')
})

test('each opening in a row doubles the time, up to the most', async () => {
  const { first, lanes } = choice([1, 1])
  const engine = host.engine()
  await engine.lanes.set(lanes)
  const open: number[] = []
  for (let n = 0; n < 5; n += 1) {
    await engine.lanes.openBreaker(first, { openMs: 1000, mostMs: 10_000, ageMs: -1 })
    const lane = (await engine.lanes.read()).find((one) => one.name === first)
    open.push(Math.round((lane?.shut?.forMs ?? 0) / 1000))
  }
  assert.deepEqual(open, [1, 2, 4, 8, 10])
})

test('what performers keep is written with the end of their attempts, failed ones too', async () => {
  await host.pool.query(`
    create table kept_in_test (record json);
    create function maniple.keep_in_test(p_records json) returns void language sql as
      $$ insert into kept_in_test select value from json_array_elements(p_records) $$`)
  const agent = newAgent()
  const engine = host.engine({ keepRecords: 'maniple.keep_in_test' })
  await engine.startWorker({
    slots: 10,
    agents: [agent],
    binding: null,
    onlyRun: null,
    perform: async ({ key }, { keep }) => {
      keep({ key, part: 1 })
      if (key === 'bad') throw new Error('no')
      keep({ key, part: 2 })
      return success()
    },
  })
  const { id } = await engine.submit(runOf({ agent, tasks: { good: [], bad: [] } }))
  assert.equal((await ended(engine, id)).state, 'partial')
  const { rows } = await host.pool.query<{ record: { key: string; part: number } }>(
    'select record from kept_in_test',
  )
  const kept = rows.map(({ record }) => `${record.key} ${record.part}`).sort()
  assert.deepEqual(kept, ['bad 1', 'good 1', 'good 2'])
})

test('a run carries the chain that it comes from', async () => {
  const agent = newAgent()
  const engine = host.engine()
  const submit = (parentRun: string | null) =>
    engine.submit({
      ...runOf({ agent, tasks: { a: [] } }),
      parentRun,
      repository: 'o/r',
      user: 'me',
    })
  const first = await submit(null)
  const second = await submit(first.id)
  const third = await engine.run((await submit(second.id)).id)
  assert.deepEqual(third.lineage, { root: first.id, depth: 2 })
  assert.deepEqual([third.repository, third.user], ['o/r', 'me'])
})

test('a worker takes no task by a way that it does not have, and leaves it to one that does', async () => {
  const { agent, run } = choice([2, 2])
  const only = choice([1, 1])
  const given: string[] = []
  const performing = (name: string) => ({
    agents: [agent, only.agent],
    perform: async ({ choice: taken }: { readonly choice: string | null }) => {
      given.push(`${name} ${taken}`)
      return success()
    },
  })
  const { engine } = await host.worker({ ...performing('one'), choices: ['second'] })
  const both = await engine.submit(run(6))
  assert.equal((await ended(engine, both.id)).state, 'succeeded')
  assert.deepEqual([...new Set(given)], ['one second'])
  assert.equal(given.length, 6)

  const ways = [{ choice: 'first', lanes: [only.first] }]
  const { id } = await engine.submit(
    runOf({ agent: only.agent, lanes: only.lanes, tasks: manyTasks(5, { ways }) }),
  )
  const said = 'a worker that has the model "first": no process that is alive has it configured'
  const waiting = Object.values(await tasksOf(engine, id))
  assert.deepEqual([...new Set(waiting.map(({ wait }) => wait?.subject))], [said])
  const { limit, startedAt } = await engine.run(id)
  assert.deepEqual([limit, startedAt], [{ reason: 'worker', subject: said, tasks: 5 }, null])
  await host.worker({ ...performing('other'), choices: ['first', 'third'] })
  assert.equal((await ended(engine, id)).state, 'succeeded')
  assert.equal(given.filter((one) => one === 'other first').length, 5)
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
})
