import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from '../../src/contracts/index.ts'
import { eventually } from '../support/embedded-server.ts'
import { sampleOrchestration } from './sample-orchestration.ts'
import { startHttp } from './started-http.ts'

const me: Caller = { user: 'local', role: 'admin', via: 'cli' }
const parallel = '/api/GitHubModels/orchestrate/parallel?wait=false'

const bodies: readonly [url: string, body: object, other: object][] = [
  [parallel, sampleOrchestration, { ...sampleOrchestration, context: 'another' }],
  ['/api/v1/runs', { kind: 'split', input: '- [ ] One' }, { kind: 'split', input: '- [ ] Two' }],
]

test('an Idempotency-Key is its caller’s own: nobody gets a run, or a refusal, by another’s', async (t) => {
  const { server, tokens, runs } = await startHttp(t)
  const keyOf = async (name: string): Promise<string> =>
    `Bearer ${await tokens.create({ name, role: 'operator' }, me)}`
  const [alice, bob] = [await keyOf('alice'), await keyOf('bob')]
  for (const [index, [url, payload, other]] of bodies.entries()) {
    const headers = { 'idempotency-key': `k${index}` }
    const send = async (authorization: string | null, body: object) => {
      const named = authorization === null ? headers : { ...headers, authorization }
      const reply = await server.inject({ method: 'POST', url, headers: named, payload: body })
      return { status: reply.statusCode, place: reply.headers.location, body: reply.body }
    }
    const first = await send(alice, payload)
    assert.equal(first.status, 202)
    const places = [
      first.place,
      (await send(bob, payload)).place,
      (await send(null, payload)).place,
    ]
    assert.equal(new Set(places).size, 3, 'one run for each of three callers')
    assert.deepEqual(
      [(await send(alice, payload)).place, (await send(bob, payload)).place],
      places.slice(0, 2),
    )
    const conflict = await send(bob, other)
    assert.equal(conflict.status, 409)
    assert.match(conflict.body, new RegExp(`Idempotency-Key \\\\"k${index}\\\\" came with another`))
  }
  assert.equal((await runs.list({ limit: 100 })).runs.length, 6)
})

test('a repeat that finds its run ended says so, not that it was accepted', async (t) => {
  const { server } = await startHttp(t)
  const headers = { 'idempotency-key': 'k' }
  const send = async () => {
    const payload = sampleOrchestration
    const reply = await server.inject({ method: 'POST', url: parallel, headers, payload })
    return reply.json<{ state: string; commentary: string; runId: string }>()
  }
  const first = await send()
  await eventually('the run has ended', async () => (await send()).state === 'succeeded')
  const again = await send()
  assert.equal(again.runId, first.runId)
  assert.notEqual(again.commentary, first.commentary)
  assert.doesNotMatch(again.commentary, /accepted|on it|queue|there is a slot|on the list|taken/i)
})
