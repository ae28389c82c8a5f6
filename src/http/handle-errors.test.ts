import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import fastify from 'fastify'
import { AppError } from '../shared/index.ts'
import { handleErrors, refuseMalformed } from './handle-errors.ts'

const throwing = (error: unknown) => {
  const server = fastify({ genReqId: () => 'request-7', clientErrorHandler: refuseMalformed })
  handleErrors(server)
  server.get('/things/:id', () => {
    throw error
  })
  return server
}

test('an AppError becomes a problem with its code, status and message', async () => {
  const error = new AppError('model_rate_limited', 'slow down', { retryAfterMs: 1_500 })
  const reply = await throwing(error).inject('/things/1')
  assert.equal(reply.statusCode, 429)
  assert.match(String(reply.headers['content-type']), /^application\/problem\+json/)
  assert.equal(reply.headers['retry-after'], '2')
  assert.deepEqual(reply.json(), {
    type: '/errors#model_rate_limited',
    title: 'Model rate limited',
    status: 429,
    detail: 'slow down',
    code: 'model_rate_limited',
    instance: 'request-7',
  })
})

test('a lost connection to the database is no fault of ours, and says to try again', async () => {
  const error = Object.assign(new Error('connect ECONNREFUSED secret'), { code: 'ECONNREFUSED' })
  const reply = await throwing(error).inject('/things/1')
  assert.equal(reply.statusCode, 503)
  assert.equal(reply.json().code, 'database_unavailable')
  assert.ok(!reply.body.includes('secret'))
})

test('a failure inside says nothing of the inside', async () => {
  const secrets = [
    new Error('select secret from vault'),
    new AppError('database_unavailable', 'no route to secret.internal:5432'),
    Object.assign(new Error('secret'), { statusCode: 400 }),
    'a secret string',
  ]
  for (const secret of secrets) {
    const reply = await throwing(secret).inject('/things/1')
    assert.ok(reply.statusCode >= 500, String(secret))
    assert.doesNotMatch(reply.body, /secret/)
  }
  const unavailable = await throwing(secrets[1]).inject('/things/1')
  assert.equal(unavailable.statusCode, 503)
  assert.equal(unavailable.headers['retry-after'], '1')
})

test('an unknown path is not found, a known one names its methods', async () => {
  const server = throwing(new Error('never reached'))
  const missing = await server.inject('/nothing?x=1')
  assert.deepEqual([missing.statusCode, missing.json<{ code: string }>().code], [404, 'not_found'])
  const wrong = await server.inject({ method: 'DELETE', url: '/things/1' })
  assert.deepEqual(
    [wrong.statusCode, wrong.json<{ code: string }>().code],
    [405, 'method_not_allowed'],
  )
  assert.equal(wrong.headers.allow, 'GET, HEAD')
})

test('bytes that are not HTTP get a problem and a closed connection', async (t) => {
  const server = throwing(new Error('never reached'))
  t.after(() => server.close())
  const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }))
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write('this is not HTTP\r\n\r\n')
  const answer = await text(socket)
  assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\ncontent-type: application\/problem\+json/)
  assert.match(answer, /"code":"request_invalid"/)
})
