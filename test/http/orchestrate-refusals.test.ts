import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InjectOptions } from 'fastify'
import { sampleOrchestration } from './sample-orchestration.ts'
import { startHttp } from './started-http.ts'

const path = '/api/GitHubModels/orchestrate/parallel'
const repository = 'octo-org/octo-repo'

type Refusal = readonly [
  what: string,
  request: InjectOptions,
  status: number,
  code: string,
  detail: RegExp,
]

const body = (payload: object): InjectOptions => ({ payload })
const text = (payload: string, type = 'application/json'): InjectOptions => ({
  payload,
  headers: { 'content-type': type },
})
const workloads = (...list: readonly unknown[]): InjectOptions =>
  body({ repository, workloads: list })
const nested = (levels: number): string =>
  `{"repository":"${repository}","workloads":${'['.repeat(levels)}${']'.repeat(levels)}}`

const refusals: readonly Refusal[] = [
  ['no body', {}, 400, 'request_invalid', /^body: /],
  ['a list', text('[]'), 400, 'request_invalid', /^body: .*object/],
  ['broken JSON', text('{"repository":'), 400, 'request_invalid', /not JSON/],
  ['another media type', text('a=1', 'text/plain'), 415, 'media_type_unsupported', /JSON/],
  ['deep JSON', text(nested(5000)), 400, 'request_invalid', /deeper than 100/],
  ['a poisoned key', text('{"__proto__":{}}'), 400, 'request_invalid', /__proto__/],
  ['a NUL', workloads({ content: 'a\u0000b' }), 400, 'request_invalid', /workloads\.0\.content/],
  ['no workloads', workloads(), 400, 'request_invalid', /^body\.workloads: Too small/],
  [
    'too many workloads',
    workloads(...Array.from({ length: 10_001 }, () => ({ content: 'x' }))),
    400,
    'request_invalid',
    /^body\.workloads: .*10000/,
  ],
  [
    'an unknown field',
    body({ ...sampleOrchestration, surprise: 1 }),
    400,
    'request_invalid',
    /"surprise"/,
  ],
  [
    'a repository that is none',
    body({ ...sampleOrchestration, repository: '../../etc' }),
    400,
    'request_invalid',
    /^body\.repository: .*OWNER\/REPO/,
  ],
  [
    'a text of 5 MB',
    workloads({ content: 'x'.repeat(5_000_000) }),
    413,
    'input_too_large',
    /5000000 characters; the limit is 1000000/,
  ],
  [
    'a body of 6 MB',
    workloads({ content: 'x'.repeat(6_000_000) }),
    413,
    'input_too_large',
    /limit of 5242880 bytes/,
  ],
  [
    'two million wrong places',
    workloads(
      ...Array.from({ length: 10_000 }, () => ({ content: 'x', dependsOn: Array(225).fill(1) })),
    ),
    400,
    'request_invalid',
    /workloads\.0\.dependsOn\.0/,
  ],
  [
    'a cycle',
    workloads(
      { id: 'a', content: 'x', dependsOn: ['b'] },
      { id: 'b', content: 'x', dependsOn: ['a'] },
    ),
    422,
    'split_cycle',
    /a.*b|b.*a/,
  ],
  [
    'a dependency on itself',
    workloads({ id: 'a', content: 'x', dependsOn: ['a'] }),
    422,
    'split_cycle',
    /a/,
  ],
  [
    'an unknown dependency',
    workloads({ content: 'x', dependsOn: ['ghost'] }),
    422,
    'split_unknown_dependency',
    /ghost/,
  ],
  [
    'one id twice',
    workloads({ id: 'same', content: 'x' }, { id: 'same', content: 'y' }),
    422,
    'split_duplicate_id',
    /same/,
  ],
]

test('every kind of bad input has its problem, and nothing of it is stored', async (t) => {
  const { server, runs } = await startHttp(t, { maxInputBytes: 5_242_880 })
  for (const [what, request, status, code, detail] of refusals) {
    const reply = await server.inject({ method: 'POST', url: path, ...request })
    assert.match(String(reply.headers['content-type']), /^application\/problem\+json/, what)
    const problem = reply.json<{ code: string; detail: string }>()
    assert.deepEqual([reply.statusCode, problem.code], [status, code], `${what}: ${reply.body}`)
    assert.match(problem.detail, detail, what)
    assert.ok(reply.body.length < 300_000, what)
  }
  assert.deepEqual((await runs.list({ limit: 10 })).runs, [])
})

test('every problem of a request is listed, with its place', async (t) => {
  const { server } = await startHttp(t)
  const payload = {
    repository: 7,
    surprise: true,
    workloads: [{ type: 1, content: 2, complexity: 'Huge', priority: 'urgent', dependsOn: 'w2' }],
  }
  const reply = await server.inject({ method: 'POST', url: path, payload })
  assert.equal(reply.statusCode, 400)
  const { errors } = reply.json<{ errors: readonly { readonly path: string }[] }>()
  assert.deepEqual(errors.map((error) => error.path).sort(), [
    'body',
    'body.repository',
    'body.workloads.0.complexity',
    'body.workloads.0.content',
    'body.workloads.0.dependsOn',
    'body.workloads.0.priority',
    'body.workloads.0.type',
  ])
})

test('queries, ids and methods that are none', async (t) => {
  const { server } = await startHttp(t)
  const queries = ['wait=maybe', 'waitSeconds=601', 'waitSeconds=', 'waitSeconds=-1', 'x=1']
  for (const query of queries) {
    const url = `${path}?${query}`
    const reply = await server.inject({ method: 'POST', url, payload: sampleOrchestration })
    assert.equal(reply.statusCode, 400, `${query}: ${reply.body}`)
  }
  for (const windowMinutes of ['0', '44641', '1.5', 'x', '']) {
    const url = '/api/GitHubModels/metrics/performance'
    const reply = await server.inject({ url, query: { windowMinutes } })
    assert.equal(reply.statusCode, 400, windowMinutes)
  }
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH'] as const) {
    const reply = await server.inject({ method, url: path })
    assert.equal(reply.statusCode, 405, method)
    assert.equal(reply.headers.allow, 'POST')
  }
  const unknown = await server.inject('/api/GitHubModels/orchestrate/nosuchrun000')
  assert.deepEqual([unknown.statusCode, unknown.json<{ code: string }>().code], [404, 'not_found'])
  // A run of another kind has no such result.
  const split = await server.inject({
    method: 'POST',
    url: '/api/v1/runs',
    payload: { kind: 'split', input: '- [ ] One task' },
  })
  const { run } = split.json<{ run: { id: string } }>()
  const other = await server.inject(`/api/GitHubModels/orchestrate/${run.id}`)
  assert.equal(other.statusCode, 404, other.body)
})

test('a repository outside the allow-list is refused everywhere, and nothing is stored', async (t) => {
  const overrides = { 'guard.repositories': ['octo-org/allowed'] }
  const { server, runs } = await startHttp(t, { overrides })
  for (const url of [path, '/api/GitHubModels/analyze/workload']) {
    const reply = await server.inject({ method: 'POST', url, payload: sampleOrchestration })
    assert.equal(reply.statusCode, 403, reply.body)
    const problem = reply.json<{ code: string; detail: string }>()
    assert.equal(problem.code, 'repository_not_allowed')
    assert.match(problem.detail, /octo-org\/octo-repo/)
  }
  assert.deepEqual((await runs.list({ limit: 10 })).runs, [])
})
