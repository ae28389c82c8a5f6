import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engineHost, newAgent, runOf } from './engine-host.ts'

const host = await engineHost()

test('pages of runs lose none that were made in the same millisecond', async () => {
  const engine = host.engine()
  const agent = newAgent()
  const ids: string[] = []
  for (let i = 0; i < 3; i += 1)
    ids.push((await engine.submit(runOf({ agent, tasks: { a: [] } }))).id)
  for (const [i, id] of ids.entries())
    await host.pool.query(
      `update maniple.runs set created_at = timestamptz '2036-01-01 00:00:00.000100+00' + make_interval(secs => $2::float8 / 1000000) where id = $1`,
      [id, i],
    )
  const found: string[] = []
  let cursor: string | undefined
  for (let i = 0; i < 3; i += 1) {
    const page = await engine.runs({ limit: 1, cursor })
    found.push(...page.runs.map((run) => run.id))
    cursor = page.next ?? undefined
  }
  assert.deepEqual(found, ids.toReversed())
})
