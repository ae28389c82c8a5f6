import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Perform } from '../../src/engine/index.ts'
import { AppError } from '../../src/shared/index.ts'
import { ended, engineHost, newAgent, pause, runOf, success, until } from './engine-host.ts'

const host = await engineHost()

// Names that JavaScript and a database's collation sort differently.
const laneNames = ['B', 'a', 'C', 'b', 'Z', 'é', '_'].map((name) => `${name}-lane`)

/** The n-th rotation: each task names its lanes in another order. */
const rotated = (n: number) =>
  [...laneNames.slice(n % 7), ...laneNames.slice(0, n % 7)].slice(0, 1 + (n % 4))

test('processes, runs, cancels, capacities and sweeps in each other’s way never deadlock', async () => {
  const agent = newAgent()
  const perform: Perform = async ({ key, attempt }) => {
    await pause(1)
    if (key.endsWith('7') && attempt === 1) throw new AppError('agent_failed', 'once')
    return success()
  }
  const workers = await Promise.all(
    Array.from({ length: 4 }, () => host.worker({ agents: [agent], slots: 12, perform })),
  )
  const engines = workers.map((one) => one.engine)
  const engineOf = (n: number) => {
    const engine = engines[n % engines.length]
    assert.ok(engine !== undefined)
    return engine
  }
  const submit = (n: number) => {
    const keys = Array.from({ length: 25 }, (_, k) => k)
    const tasks = keys.map((k) => [
      `t${k}`,
      { lanes: rotated(n + k), maxRetries: 1, dependsOn: k < 8 ? [] : [`t${k - 8}`] },
    ])
    const lanes = rotated(n + 3).map((name) => ({ name, capacity: 2 + (n % 3) }))
    const known = laneNames
      .filter((name) => !lanes.some((lane) => lane.name === name))
      .map((name) => ({ name, capacity: 3 }))
    return engineOf(n).submit(
      runOf({ agent, lanes: [...lanes, ...known], slots: 6, tasks: Object.fromEntries(tasks) }),
    )
  }
  let isOver = false
  const meddling = (async () => {
    for (let n = 0; !isOver; n += 1) {
      const lanes = rotated(n + 3).map((name) => ({ name, capacity: 2 + (n % 3) }))
      await engineOf(n).lanes.set(lanes)
      await host.pool.query('select maniple.sweep()')
    }
  })()
  const runs = await Promise.all(Array.from({ length: 24 }, (_, n) => submit(n)))
  for (const [n, { id }] of runs.entries()) if (n % 6 === 5) await engineOf(n + 1).cancel(id)
  for (const { id } of runs) {
    const run = await ended(engineOf(0), id)
    assert.ok(['succeeded', 'cancelled'].includes(run.state))
  }
  isOver = true
  await meddling
  await until('the statistics are written', async () => {
    const { rows } = await host.pool.query<{ commits: number }>(
      'select xact_commit as commits from pg_stat_database where datname = current_database()',
    )
    return (rows[0]?.commits ?? 0) > 50
  })
  const { rows } = await host.pool.query(
    'select deadlocks from pg_stat_database where datname = current_database()',
  )
  assert.deepEqual(rows, [{ deadlocks: 0 }])
  assert.deepEqual(host.warnings, [])
})
