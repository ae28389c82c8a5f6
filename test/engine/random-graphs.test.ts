import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { RunEvent } from '../../src/contracts/index.ts'
import type { Engine, Perform } from '../../src/engine/index.ts'
import { AppError } from '../../src/shared/index.ts'
import {
  ended,
  engineHost,
  leftovers,
  newAgent,
  nothingLeft,
  runOf,
  success,
  tasksOf,
} from './engine-host.ts'

const host = await engineHost()
const agent = newAgent()
const laneNames = ['a', 'b', 'c'].map((name) => `${agent}-${name}`)

/** What an attempt does: how often it fails before it succeeds, or that it fails for good. */
const Behaviour = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 2 }) },
  { weight: 1, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
)
const Node = fc.record({
  needs: fc.uniqueArray(fc.nat(30), { maxLength: 4 }),
  failures: Behaviour,
  maxRetries: fc.nat(2),
  lanes: fc.subarray(laneNames),
  priority: fc.constantFrom('critical', 'high', 'medium', 'low'),
})
const Graph = fc.record({
  nodes: fc.array(Node, { minLength: 1, maxLength: 30 }),
  slots: fc.integer({ min: 1, max: 8 }),
  capacities: fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
  ),
})
type Graph = typeof Graph extends fc.Arbitrary<infer T> ? T : never

const keyOf = (index: number) => `n${index}`

function planOf({ nodes, slots, capacities }: Graph) {
  const entries = nodes.map(({ needs, failures, ...node }, index) => {
    const dependsOn = [...new Set(needs.map((n) => n % nodes.length))].filter((n) => n < index)
    const payload = { failures: Number.isFinite(failures) ? failures : 'always' }
    return [keyOf(index), { ...node, dependsOn: dependsOn.map(keyOf), payload }] as const
  })
  const lanes = laneNames.map((name, index) => ({ name, capacity: capacities[index] ?? 1 }))
  return runOf({ agent, slots, lanes, tasks: Object.fromEntries(entries) })
}

/** What must come of each task, reasoned from the graph alone. */
function expected(plan: ReturnType<typeof planOf>): Record<string, [string, number]> {
  const ends: Record<string, [string, number]> = {}
  for (const { key, dependsOn, maxRetries, payload } of plan.tasks) {
    const failures = payload.failures === 'always' ? maxRetries + 1 : Number(payload.failures)
    if (dependsOn.some((needed) => ends[needed]?.[0] !== 'succeeded')) ends[key] = ['skipped', 0]
    else if (failures > maxRetries) ends[key] = ['failed', maxRetries + 1]
    else ends[key] = ['succeeded', failures + 1]
  }
  return ends
}

const performed = new Map<string, number>()
const perform: Perform = async ({ runId, key, attempt, payload }) => {
  const name = `${runId} ${key} ${attempt}`
  performed.set(name, (performed.get(name) ?? 0) + 1)
  await Promise.resolve()
  if (payload.failures === 'always' || attempt <= Number(payload.failures)) {
    throw new AppError('agent_failed', 'as planned')
  }
  return success({ attempt })
}

async function replayed(engine: Engine, id: string): Promise<Record<string, [string, number]>> {
  const events: RunEvent[] = []
  for await (const event of engine.events(id, 0, AbortSignal.timeout(60_000))) events.push(event)
  assert.deepEqual(
    events.map((event) => event.seq),
    events.map((_, index) => index + 1),
    'events count up from 1 without a gap',
  )
  const states: Record<string, [string, number]> = {}
  for (const { changes } of events) {
    for (const { task, state, attempt } of changes) states[task] = [state, attempt]
  }
  return states
}

async function check(engine: Engine, id: string, plan: ReturnType<typeof planOf>): Promise<void> {
  const ends = expected(plan)
  const run = await engine.run(id)
  const tasks = await tasksOf(engine, id)
  const found = Object.entries(tasks).map(([key, task]) => [key, [task.state, task.attempts]])
  assert.deepEqual(Object.fromEntries(found), ends)
  assert.deepEqual(await replayed(engine, id), ends)
  const count = (state: string) => Object.values(ends).filter((end) => end[0] === state).length
  const { succeeded, failed, skipped } = run.counts
  assert.deepEqual(
    [succeeded, failed, skipped, run.total],
    [count('succeeded'), count('failed'), count('skipped'), plan.tasks.length],
  )
  for (const { key, dependsOn } of plan.tasks) {
    for (const needed of tasks[key]?.attempts === 0 ? [] : dependsOn) {
      assert.ok((tasks[needed]?.finishedAt ?? '~') <= (tasks[key]?.startedAt ?? ''))
    }
  }
  assert.deepEqual(await leftovers(host.pool, id), nothingLeft)
}

test('random graphs with failures, retries, lanes and slots end as the graph says', async () => {
  const { engine } = await host.worker({ agents: [agent], slots: 5, perform })
  const other = await host.worker({ agents: [agent], slots: 5, perform })
  await fc.assert(
    fc.asyncProperty(fc.array(Graph, { minLength: 1, maxLength: 4 }), async (graphs) => {
      const submitted = graphs.map(planOf).map(async (plan) => {
        const { id } = await other.engine.submit(plan)
        return { id, plan }
      })
      const runs = await Promise.all(submitted)
      for (const { id } of runs) await ended(engine, id)
      for (const { id, plan } of runs) await check(engine, id, plan)
    }),
    { numRuns: 25, endOnFailure: true },
  )
  assert.ok(
    [...performed.values()].every((times) => times === 1),
    'no attempt was performed twice',
  )
  assert.deepEqual(host.warnings, [])
})
