import assert from 'node:assert/strict'
import { after, test as unlimited } from 'node:test'
import { Pool, type PoolClient } from 'pg'
import type { Agent, AgentTask } from '../../src/contracts/index.ts'
import { createPerformer } from '../../src/workflows/index.ts'
import { ended, engineHost, manyTasks, newAgent, runOf, succeed } from '../engine/engine-host.ts'
import { endOf, openApp, startApp, submit } from './started-app.ts'

/** A test that hangs says so, and the next ones run. */
const test = (name: string, body: () => Promise<void>) =>
  unlimited(name, { timeout: 120_000 }, body)

// Hooks run in their order: what uses the host's database is closed before the host is.
const closers = new AsyncDisposableStack()
after(() => closers.disposeAsync())
const host = await engineHost()
const app = closers.use(await openApp(host.url))

const repeat = (count: number, content: string) =>
  Array.from({ length: count }, () => ({ type: 'documentation', content }))

type Stored = { readonly specs: number; readonly input: number; readonly decisions: number }

async function storedOf(run: string): Promise<Stored> {
  const { rows } = await host.pool.query<Stored>(
    `select octet_length(r.input::text) as input, jsonb_array_length(r.input -> 'decisions') as decisions,
       (select sum(octet_length(s.spec::text))::int from maniple.task_specs s where s.run_id = r.id) as specs
     from maniple.runs r where r.id = $1`,
    [run],
  )
  const [row] = rows
  assert.ok(row)
  return row
}

test('a context of 99,000 characters is stored once, whatever the number of workloads', async () => {
  const context = 'word '.repeat(19_800).trim()
  const without = await submit(app, { workloads: repeat(200, 'x') })
  const run = await submit(app, { workloads: repeat(200, 'x'), context })
  const bare = await storedOf(without.id)
  const stored = await storedOf(run.id)
  assert.ok(stored.input > context.length && stored.input < context.length + 5000)
  // A title names the beginning of the context, and is all that a task has of it.
  assert.ok(stored.specs - bare.specs < 200 * 200, `${stored.specs} and ${bare.specs} bytes`)
  assert.equal(stored.decisions, 1)
})

test('what a result says of routing is the decision of each workload, its draw included', async () => {
  const run = await submit(app, { workloads: [...repeat(3, 'x'), { content: 'Review the code' }] })
  const { workloads } = await app.orchestration.result(run.id)
  assert.equal((await storedOf(run.id)).decisions, 2)
  assert.equal(new Set(workloads.map(({ routing }) => routing.models.draw)).size, 4)
  for (const { routing, specialist } of workloads) {
    assert.equal(routing.specialist.chosen, specialist)
    assert.ok(routing.models.candidates.length > 0)
  }
})

type Counted = { readonly pool: Pool; readonly texts: string[] }

/** Notes each statement that goes to the database. */
function countingPool(): Counted {
  const texts: string[] = []
  const pool = new Pool({ connectionString: host.url, max: 4 })
  const note = (first: unknown) =>
    void texts.push(typeof first === 'string' ? first : String((first as { text?: string }).text))
  pool.on('connect', (client: PoolClient) => {
    const query = client.query.bind(client) as (...given: unknown[]) => unknown
    Object.assign(client, {
      query: (...given: unknown[]) => {
        note(given[0])
        return query(...given)
      },
    })
  })
  closers.defer(() => pool.end())
  return { pool, texts }
}

test('submitting takes a statement for a thousand tasks, and one for 20,000 dependencies', async () => {
  const { pool, texts } = countingPool()
  const engine = host.engine({ pool })
  const agent = newAgent()
  const keys = Array.from({ length: 20 }, (_, n) => `t${n}`)
  const tasks = { ...manyTasks(20), ...waitingFor(keys, 1480) }
  const { id } = await engine.submit(runOf({ agent, tasks }))
  const counts = ['into maniple.task_specs', 'into maniple.task_edges', 'into maniple.task_groups']
  assert.deepEqual(
    counts.map((part) => texts.filter((text) => text.includes(part)).length),
    [2, 2, 1],
  )
  assert.equal(texts.length, 11)
  const { rows } = await host.pool.query(
    `select count(*)::int as edges from maniple.task_edges e
     join maniple.tasks t on t.id = e.task_id where t.run_id = $1`,
    [id],
  )
  assert.deepEqual(rows, [{ edges: 20 * 1480 }])
  await engine.cancel(id)
})

const waitingFor = (keys: readonly string[], count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`w${n}`, keys]))

test('runs of more than one statement end, each task after what it depends on', async () => {
  const agent = newAgent()
  const done: string[] = []
  const { engine } = await host.worker({
    agents: [agent],
    perform: async (claimed, context) => {
      done.push(claimed.key)
      return await succeed(claimed, context)
    },
  })
  const tasks = { ...waitingFor(['z0', 'z1'], 1100), z0: [], z1: ['z0'] }
  const { id } = await engine.submit(runOf({ agent, tasks, slots: 200 }))
  const { state, counts } = await ended(engine, id)
  assert.deepEqual([state, counts.succeeded, done[0], done[1]], ['succeeded', 1102, 'z0', 'z1'])
})

test('a dependency that is named twice is taken once: by the engine', async () => {
  const agent = newAgent()
  const { engine } = await host.worker({ agents: [agent], perform: succeed })
  const { id } = await engine.submit(runOf({ agent, tasks: { a: ['b', 'b'], b: [] } }))
  const { state } = await ended(engine, id)
  const { tasks } = await engine.snapshot(id)
  assert.deepEqual([state, tasks[0]?.dependsOn], ['succeeded', ['b']])
})

test('a dependency that is named twice is taken once: by orchestrations and split runs', async () => {
  const started = await startApp(host.url)
  try {
    const workloads = [
      { id: 'a', content: 'x', dependsOn: ['b', 'b'] },
      { id: 'b', content: 'y' },
    ]
    const nodes = [
      { id: 'a', type: 'agent', dependsOn: ['b', 'b'], config: { task: 'Write the guide' } },
      { id: 'b', type: 'agent', config: { task: 'Write the code' } },
    ]
    const asked = await submit(started, { workloads })
    const split = await started.runs.submit({ kind: 'split', input: { nodes } })
    for (const id of [asked.id, split.run.id]) {
      assert.equal((await endOf(started, id)).state, 'succeeded')
      const { tasks } = await started.runs.snapshot(id)
      assert.deepEqual(tasks.find((task) => task.id === 'a')?.dependsOn, ['b'])
    }
    const analysis = await started.orchestration.analyze(
      { repository: 'octo-org/octo-repo', context: '', workloads: workloadsOf(), ...pilotless },
      { user: 'ada', role: 'operator', via: 'http' },
    )
    assert.equal(analysis.workloads.length, 2)
  } finally {
    await started.close()
  }
})

const pilotless = { includePilotStatus: false }
const workloadsOf = () => [
  { id: 'a', content: 'x', priority: 'medium' as const, dependsOn: ['b', 'b'] },
  { id: 'b', content: 'y', priority: 'medium' as const, dependsOn: [] },
]

test('too many dependencies are refused before anything is stored', async () => {
  const workloads = Array.from({ length: 1050 }, (_, n) => ({
    ...{ id: `n${n}`, content: 'x' },
    dependsOn: Array.from({ length: Math.min(n, 1000) }, (_, k) => `n${n - 1 - k}`),
  }))
  const runs = async () =>
    (await host.pool.query('select count(*)::int as n from maniple.runs')).rows[0]
  const before = await runs()
  const message = /more than 100,000 pairs/
  await assert.rejects(submit(app, { workloads }), { code: 'input_too_large', message })
  assert.deepEqual(await runs(), before)
})

test('every agent is told the context, which is read once for a run', async () => {
  const heard: AgentTask[] = []
  const agent: Agent = {
    ...{ name: 'model', defaultSlots: 10, lanes: [] },
    perform: async (task) => {
      heard.push(task)
      return { output: {}, cost: {}, simulated: true }
    },
    fingerprint: async () => null,
    reuse: async () => null,
  }
  const { pool, texts } = countingPool()
  const engine = host.engine({ pool })
  const perform = createPerformer({ engine, pool, agents: new Map([['model', agent]]) })
  const context = 'A shop for bicycles.\0 It is in Utrecht.'
  const { id } = await submit(app, { workloads: repeat(50, 'Describe it'), context })
  const worker = { agents: ['model'], slots: 50, binding: null, onlyRun: id, perform }
  const { stop } = await engine.startWorker(worker)
  await ended(engine, id)
  await stop()
  assert.equal(heard.length, 50)
  const expected =
    'Describe it\n\nRepository: octo-org/octo-repo\n\nWhat the whole is about:\nA shop for bicycles. It is in Utrecht.'
  assert.deepEqual([...new Set(heard.map(({ instructions }) => instructions))], [expected])
  assert.equal(texts.filter((text) => text.includes('select input ->')).length, 1)
})
