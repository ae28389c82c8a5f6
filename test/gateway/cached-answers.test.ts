import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endOf, startApp } from '../orchestration/started-app.ts'
import { testDatabase } from '../support/test-database.ts'

const tasks = Array.from({ length: 12 }, (_, n) => ({ task: `Describe the module number ${n}` }))
const input = JSON.stringify({
  title: 'Descriptions',
  workerTemplate: { cache: true },
  nodes: [{ id: 'all', type: 'parallel', config: { tasks } }],
})

test('the answer of a fallback is not kept as that of the first choice', async (t) => {
  const database = await testDatabase()
  const narrow = { provider: 'simulated', concurrency: 1 }
  const app = await startApp(database.url, {
    models: { one: narrow, two: narrow },
    'routing.adaptive': false,
  })
  t.after(async () => {
    await app.close()
    await database[Symbol.asyncDispose]()
  })
  const { run } = await app.runs.submit({ kind: 'split', input })
  assert.equal((await endOf(app, run.id)).state, 'succeeded')
  const { rows } = await database.pool.query<{ fallback: string; answers: number }>(
    `select a.output->>'fallback' as fallback, count(*)::int as answers,
       count(c.key)::int as kept
     from maniple.attempts a left join maniple.cached_results c on c.output = a.output
     where a.output ? 'fallback' group by 1 order by 1`,
  )
  const [own, fallback] = rows
  assert.deepEqual(
    rows.map((row) => row.fallback),
    ['false', 'true'],
  )
  assert.equal((own?.answers ?? 0) + (fallback?.answers ?? 0), 12)
  assert.deepEqual(rows, [
    { ...own, kept: own?.answers },
    { ...fallback, kept: 0 },
  ])
})
