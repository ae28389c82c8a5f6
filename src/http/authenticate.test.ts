import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify from 'fastify'
import type { AuditEntry, Caller } from '../contracts/index.ts'
import { boundRefusals } from '../records/index.ts'
import { auditRefusals } from './audit-refusals.ts'
import { authenticate } from './authenticate.ts'
import { cacheTokens } from './cache-tokens.ts'
import { handleErrors } from './handle-errors.ts'
import type { Access } from './http-dependencies.ts'

const known: Readonly<Record<string, Caller>> = {
  v: { user: 'vera', role: 'viewer', via: 'http' },
  o: { user: 'otto', role: 'operator', via: 'http' },
  a: { user: 'ada', role: 'admin', via: 'http' },
}

async function serverWith(changes: Partial<Access> = {}) {
  const audited: AuditEntry[] = []
  const server = fastify()
  handleErrors(server)
  const audit = (entry: AuditEntry): void => void audited.push(entry)
  auditRefusals(server, boundRefusals({ audit, event: 'HTTP_Requests_Denied' }))
  await authenticate(server, {
    requireTokens: true,
    hosts: [],
    authenticate: async (token) => known[token] ?? null,
    audit,
    requestsPerMinute: 1000,
    ...changes,
  })
  const handler = (request: { caller: Caller }) => request.caller
  server.get('/health', { config: { role: 'none' } }, handler)
  server.route({ method: ['GET', 'POST'], url: '/runs', handler })
  server.post('/pilot', { config: { role: 'admin' } }, handler)
  const ask = async (line: string, authorization?: string) => {
    const [method, url = '/'] = line.split(' ')
    const headers = authorization === undefined ? {} : { authorization }
    const reply = await server.inject({ method: method === 'POST' ? method : 'GET', url, headers })
    const body = reply.json<{ code?: string; user?: string }>()
    return { said: body.code ?? body.user, reply }
  }
  return { server, ask, audited }
}

test('beyond loopback everything but health takes a token of the right role', async () => {
  const { ask } = await serverWith()
  const cases: readonly (readonly [string, string | undefined, string])[] = [
    ['GET /health', undefined, 'anonymous'],
    ['GET /runs', undefined, 'token_missing'],
    ['GET /nothing', undefined, 'token_missing'],
    ['GET /nothing', 'Bearer v', 'not_found'],
    ['GET /runs', 'Bearer x', 'token_invalid'],
    ['GET /runs', 'Basic v', 'token_invalid'],
    ['GET /runs', '', 'token_invalid'],
    ['GET /runs', `Bearer ${'v'.repeat(5000)}`, 'token_invalid'],
    ['GET /runs', 'bearer v', 'vera'],
    ['POST /runs', 'Bearer v', 'role_insufficient'],
    ['POST /runs', 'Bearer o', 'otto'],
    ['POST /pilot', 'Bearer o', 'role_insufficient'],
    ['POST /pilot', 'Bearer a', 'ada'],
  ]
  for (const [line, token, said] of cases) {
    assert.equal((await ask(line, token)).said, said, `${line} ${token?.slice(0, 20)}`)
  }
  const missing = (await ask('GET /runs')).reply
  assert.equal(missing.statusCode, 401)
  assert.equal(missing.headers['www-authenticate'], 'Bearer')
  assert.match(String(missing.headers['content-type']), /^application\/problem\+json/)
  const low = (await ask('POST /pilot', 'Bearer o')).reply
  assert.equal(low.statusCode, 403)
  assert.match(low.json<{ detail: string }>().detail, /role admin; the token "otto" has operator/)
})

test('on loopback nobody needs a token, and one that is given is judged', async () => {
  const { ask } = await serverWith({ requireTokens: false })
  assert.equal((await ask('POST /pilot')).said, 'local')
  assert.equal((await ask('POST /pilot', 'Bearer v')).said, 'role_insufficient')
  assert.equal((await ask('GET /runs', 'Bearer x')).said, 'token_invalid')
})

test('each caller has a rate of its own, and guessing tokens does not reach the look-up', async () => {
  let asked = 0
  const { ask } = await serverWith({
    requestsPerMinute: 5,
    authenticate: async (token) => {
      asked += 1
      return known[token] ?? null
    },
  })
  for (let n = 0; n < 5; n += 1) assert.equal((await ask('GET /runs', 'Bearer v')).said, 'vera')
  const { reply, said } = await ask('GET /runs', 'Bearer v')
  assert.deepEqual([said, reply.statusCode], ['too_many_requests', 429])
  const wait = Number(reply.headers['retry-after'])
  assert.ok(wait >= 1 && wait <= 60, String(wait))
  assert.equal((await ask('GET /runs', 'Bearer o')).said, 'otto')
  for (let n = 0; n < 50; n += 1) await ask('GET /runs', `Bearer guess${n}`)
  assert.equal((await ask('GET /runs', 'Bearer guess')).said, 'too_many_requests')
  assert.ok(asked <= 5, `${asked} look-ups`)
  assert.equal((await ask('GET /runs', 'Bearer o')).said, 'otto')
  for (let n = 0; n < 20; n += 1) assert.equal((await ask('GET /health')).said, 'anonymous')
})

test('refusals are audited, a few one by one and the rest as a count', async () => {
  const { server, ask, audited } = await serverWith()
  await ask('POST /runs', 'Bearer v')
  for (let n = 0; n < 30; n += 1) await ask('GET /runs?token=geheim')
  assert.equal(audited.length, 10)
  assert.deepEqual(audited[0], {
    event: 'HTTP_Request_Denied',
    actor: 'vera',
    repository: null,
    action: 'POST /runs',
    result: 'DENIED',
    details: {
      Code: 'role_insufficient',
      Reason: 'This takes the role operator; the token "vera" has viewer',
      Address: '127.0.0.1',
    },
  })
  assert.equal(audited[1]?.actor, '127.0.0.1')
  await server.close()
  assert.deepEqual(audited[10]?.details, { Address: '127.0.0.1', LeftOut: 21 })
  assert.equal(audited.length, 11)
  assert.doesNotMatch(JSON.stringify(audited), /geheim/)
})

test('a malformed request that would have changed something is audited, one that reads is not', async () => {
  const { server, audited } = await serverWith()
  const headers = { authorization: 'Bearer o', 'content-type': 'application/json' }
  const bad = { url: '/runs', headers, payload: '{"a":' }
  assert.equal((await server.inject({ ...bad, method: 'POST' })).statusCode, 400)
  const xml = { ...headers, 'content-type': 'text/xml' }
  assert.equal((await server.inject({ ...bad, method: 'POST', headers: xml })).statusCode, 415)
  assert.equal((await server.inject({ url: '/runs?x', method: 'GET', headers })).statusCode, 200)
  assert.deepEqual(
    audited.map(({ actor, details }) => [actor, details.Code]),
    [
      ['otto', 'request_invalid'],
      ['otto', 'media_type_unsupported'],
    ],
  )
})

test('a token is looked up once in five seconds, so that a revoked one ends', async () => {
  let time = 0
  let asked = 0
  let caller: Caller | null = known.v ?? null
  const tokens = cacheTokens(
    async () => {
      asked += 1
      if (asked === 3) throw new Error('no database')
      return caller
    },
    () => time,
  )
  const both = await Promise.all([tokens.find('v'), tokens.find('v')])
  assert.deepEqual([both[0]?.user, both[1]?.user, asked], ['vera', 'vera', 1])
  caller = null
  time = 4999
  assert.equal((await tokens.find('v'))?.user, 'vera')
  time = 5000
  assert.equal(await tokens.find('v'), null)
  time = 10_000
  await assert.rejects(tokens.find('v'), /no database/)
  assert.equal(await tokens.find('v'), null, 'a failure is not kept')
  for (let n = 0; n < 3000; n += 1) await tokens.find(`x${n}`)
  assert.equal(asked, 3004)
})
