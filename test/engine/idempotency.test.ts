import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../src/shared/index.ts'
import { engineHost, newAgent, runOf } from './engine-host.ts'

const host = await engineHost()
const agent = newAgent()
const withKey = (key: string, requestHash = 'same') =>
  runOf({ agent, tasks: { a: [], b: ['a'] }, idempotency: { key, requestHash } })

test('the same key and request give the same run', async () => {
  const engine = host.engine()
  const key = newId()
  const first = await engine.submit(withKey(key))
  const second = await engine.submit(withKey(key))
  assert.deepEqual([first.created, second], [true, { id: first.id, created: false }])
  const other = await engine.submit(withKey(newId()))
  assert.notEqual(other.id, first.id)
})

test('the same key with another request is refused, and nothing is stored', async () => {
  const engine = host.engine()
  const key = newId()
  const { id } = await engine.submit(withKey(key))
  const before = await engine.runs({ limit: 1 })
  await assert.rejects(engine.submit(withKey(key, 'another')), { code: 'idempotency_conflict' })
  const after = await engine.runs({ limit: 1 })
  assert.equal(after.runs[0]?.id, before.runs[0]?.id)
  assert.equal(after.runs[0]?.id, id)
})

test('many with one key at once make one run', async () => {
  const engines = [host.engine(), host.engine()]
  const key = newId()
  const made = await Promise.all(
    Array.from({ length: 8 }, (_, n) => engines[n % 2]?.submit(withKey(key))),
  )
  assert.equal(new Set(made.map((one) => one?.id)).size, 1)
  assert.equal(made.filter((one) => one?.created).length, 1)
})

test('a run that cannot be stored leaves nothing, and its key may be used again', async () => {
  const engine = host.engine()
  const key = newId()
  const good = withKey(key)
  const bad = { ...good, title: 'nul \0 title' }
  await assert.rejects(engine.submit(bad))
  const { created, id } = await engine.submit(good)
  assert.equal(created, true)
  const { rows } = await host.pool.query(
    'select count(*)::int as specs from maniple.task_specs where run_id = $1',
    [id],
  )
  assert.deepEqual(rows, [{ specs: 2 }])
})
