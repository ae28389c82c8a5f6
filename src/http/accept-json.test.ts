import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify from 'fastify'
import { acceptJson } from './accept-json.ts'
import { handleErrors } from './handle-errors.ts'

const server = fastify({ bodyLimit: 300_000 })
handleErrors(server)
acceptJson(server)
server.post('/', (request) => ({ body: request.body ?? 'none' }))

type Answer = { readonly body?: unknown; readonly code?: string; readonly detail?: string }

const post = async (payload: string, contentType = 'application/json') => {
  const headers = contentType === '' ? {} : { 'content-type': contentType }
  const reply = await server.inject({ method: 'POST', url: '/', headers, payload })
  return { status: reply.statusCode, ...reply.json<Answer>() }
}

test('takes JSON of up to a hundred levels, with any charset parameter, and no body at all', async () => {
  const nested = `${'['.repeat(100)}${']'.repeat(100)}`
  const parsed: unknown = JSON.parse(nested)
  assert.deepEqual(await post(nested), { status: 200, body: parsed })
  assert.equal((await post(`${'['.repeat(100)}1${']'.repeat(100)}`)).status, 200)
  assert.equal((await post('{"a":1}', 'application/json; charset=utf-8')).status, 200)
  assert.deepEqual(await post(''), { status: 200, body: 'none' })
})

test('refuses what would hurt, each with its reason', async () => {
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
  const cases: [string, string, number, string, RegExp][] = [
    ['{"a":', 'application/json', 400, 'request_invalid', /not JSON: .*JSON/],
    ['{"__proto__":{"admin":true}}', 'application/json', 400, 'request_invalid', /__proto__/],
    [
      '{"a":[{"constructor":{"prototype":1}}]}',
      'application/json',
      400,
      'request_invalid',
      /constructor/,
    ],
    [
      '{"a":[1,"x\\u0000y"]}',
      'application/json',
      400,
      'request_invalid',
      /^body\.a\.1 holds a NUL/,
    ],
    ['{"\\ud800":1}', 'application/json', 400, 'request_invalid', /^a key of body holds a NUL/],
    [deep(101), 'application/json', 400, 'request_invalid', /deeper than 100/],
    [deep(100_000), 'application/json', 400, 'request_invalid', /deeper than 100/],
    [
      `{"a":${'{"a":'.repeat(500)}1${'}'.repeat(501)}`,
      'application/json',
      400,
      'request_invalid',
      /deeper/,
    ],
    [
      JSON.stringify('x'.repeat(300_000)),
      'application/json',
      413,
      'input_too_large',
      /300000 bytes/,
    ],
    ['a: 1', 'text/plain', 415, 'media_type_unsupported', /"text\/plain"/],
    [
      'a=1',
      'application/x-www-form-urlencoded',
      415,
      'media_type_unsupported',
      /application\/json/,
    ],
    ['{}', '', 415, 'media_type_unsupported', /"none"/],
  ]
  for (const [payload, type, status, code, detail] of cases) {
    const reply = await post(payload, type)
    assert.deepEqual([reply.status, reply.code], [status, code], payload.slice(0, 40))
    assert.match(reply.detail ?? '', detail)
  }
})
