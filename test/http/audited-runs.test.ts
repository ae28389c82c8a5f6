import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHttp } from './started-http.ts'

type Entry = {
  readonly event: string
  readonly actor: string
  readonly action: string
  readonly result: string
  readonly details: Readonly<Record<string, unknown>>
}

const entries = `select event, actor, action, result, entry::jsonb -> 'details' as details
  from maniple.audit_entries where event = any($1) order by segment, seq`

const events = ['Run_Accepted', 'Run_Cancelled', 'Run_Retried']

test('who submits, cancels and retries a run is audited, once for each that was done', async (t) => {
  const { server, tokens, pool } = await startHttp(t, {
    requireTokens: true,
    overrides: { 'simulation.latencyMs': 60_000 },
  })
  const by = { user: 'local', role: 'admin', via: 'cli' } as const
  const token = await tokens.create({ name: 'ada', role: 'operator' }, by)
  const headers = { authorization: `Bearer ${token}` }
  const post = async (url: string, more: object = {}, payload?: object) =>
    await server.inject({
      ...{ method: 'POST', url, headers: { ...headers, ...more } },
      ...(payload === undefined ? {} : { payload }),
    })
  const input = '- [ ] One\n- [ ] Two'
  const submit = () => post('/api/v1/runs', { 'idempotency-key': 'k' }, { kind: 'split', input })
  const { run } = (await submit()).json<{ run: { id: string } }>()
  assert.equal((await submit()).statusCode, 202)
  const path = `/api/v1/runs/${run.id}`
  assert.equal((await post(`${path}/cancel`)).statusCode, 202)
  const ended = async () => (await server.inject({ url: path, headers })).json().run.finishedAt
  while ((await ended()) === null) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal((await post(`${path}/retry`)).statusCode, 202)
  // It runs again, so there is nothing to retry, and no record of it.
  assert.equal((await post(`${path}/retry`)).statusCode, 409)
  const own = async () => (await pool.query<Entry>(entries, [events])).rows
  while ((await own()).length < 3) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(
    (await own()).map(({ event, actor, action, result, details }) => [
      ...[event, actor, action, result, details.Run, details.Via],
    ]),
    [
      ['Run_Accepted', 'ada', 'SubmitRun', 'SUCCESS', run.id, 'http'],
      ['Run_Cancelled', 'ada', 'CancelRun', 'SUCCESS', run.id, 'http'],
      ['Run_Retried', 'ada', 'RetryRun', 'SUCCESS', run.id, 'http'],
    ],
  )
})
