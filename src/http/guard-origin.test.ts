import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify from 'fastify'
import { guardOrigin } from './guard-origin.ts'
import { handleErrors } from './handle-errors.ts'

const serverFor = (rules: Parameters<typeof guardOrigin>[1]) => {
  const server = fastify()
  handleErrors(server)
  guardOrigin(server, rules)
  server.route({ method: ['GET', 'POST'], url: '/', handler: () => ({}) })
  return server
}
const local = serverFor({ requireTokens: false, hosts: ['maniple.example'] })
const open = serverFor({ requireTokens: true, hosts: ['maniple.example'] })

const answer = async (
  headers: Record<string, string>,
  method: 'GET' | 'POST' = 'POST',
  server = local,
) => {
  const reply = await server.inject({ method, url: '/', headers })
  return reply.statusCode === 200
    ? 'served'
    : `${reply.statusCode} ${reply.json<{ code: string }>().code}`
}

test('serves names and addresses of this machine only', async () => {
  for (const host of ['localhost', 'LOCALHOST:5000', '127.0.0.1:5000', '127.8.9.1', '[::1]:5000'])
    assert.equal(await answer({ host }, 'GET'), 'served', host)
  const strangers = [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:5000',
    '10.0.0.1',
  ]
  for (const host of [...strangers, '[::2]', 'localhost:5000@evil.example', '0.0.0.0'])
    assert.equal(await answer({ host }, 'GET'), '403 host_not_allowed', host)
})

test("refuses a browser's request from a page of another origin", async () => {
  const host = 'localhost:5000'
  assert.equal(await answer({ host }), 'served')
  assert.equal(await answer({ host, origin: 'http://localhost:5000' }), 'served')
  const strangers = [
    'http://evil.example',
    'http://localhost:5001',
    'null',
    'http://localhost:5000.evil',
  ]
  for (const origin of strangers)
    assert.equal(await answer({ host, origin }), '403 origin_not_allowed', origin)
  assert.equal(await answer({ host, origin: 'null' }, 'GET'), '403 origin_not_allowed')
})

test('beyond loopback, configured names and addresses are served as well', async () => {
  const known = ['maniple.example', 'MANIPLE.example:5000', '10.1.2.3:5000', '[fd00::1]:5000']
  for (const host of [...known, 'localhost:5000']) {
    assert.equal(await answer({ host }, 'GET', open), 'served', host)
  }
  for (const host of ['evil.example', 'maniple.example.evil', '10.0.0.1.evil', '[::zz]'])
    assert.equal(await answer({ host }, 'GET', open), '403 host_not_allowed', host)
  assert.equal(await answer({ host: 'maniple.example' }, 'GET'), '403 host_not_allowed')
  const refused = await open.inject({ url: '/', headers: { host: 'evil.example' } })
  assert.match(refused.body, /server\.names/)
  assert.doesNotMatch(refused.body, /localhost|maniple\.example/)
})
