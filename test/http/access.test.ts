import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller, Role } from '../../src/contracts/index.ts'
import { eventually } from '../support/embedded-server.ts'
import { documentOf, operationsOf } from './open-api-document.ts'
import { startHttp } from './started-http.ts'

type Headers = Readonly<Record<string, string>>

const me: Caller = { user: 'local', role: 'admin', via: 'cli' }
const models = '/api/GitHubModels'
const pilotActions = ['advance', 'rollback', 'start', 'stop', 'undo']

test('every route but health takes a token, and refuses one of too low a role', async (t) => {
  const { server, tokens, pool } = await startHttp(t, { requireTokens: true })
  const bearer = async (role: Role): Promise<Headers> => ({
    authorization: `Bearer ${await tokens.create({ name: role, role }, me)}`,
  })
  const admin = await bearer('admin')
  // What GitHub delivers is let in by its signature alone, whatever token comes with it.
  const operations = operationsOf(await documentOf(server, admin))
    .filter((one) => one !== 'POST /webhook/github')
    .sort()
  /** What answers a request without a body, about no run there is, with this status. */
  const refusedWith = async (status: number, headers: Headers = {}): Promise<string[]> => {
    const refused: string[] = []
    for (const operation of operations) {
      const [method = '', path = ''] = operation.split(' ')
      const url = path.replaceAll(/\{\w+\}/g, 'nosuchrun000')
      const post = method === 'POST' ? ({ method } as const) : {}
      const { statusCode } = await server.inject({ ...post, url, headers })
      if (statusCode === status) refused.push(operation)
    }
    return refused
  }
  const closed = await refusedWith(401)
  const open = operations.filter((one) => !closed.includes(one))
  assert.deepEqual(open, ['GET /health', 'GET /ready'])
  assert.deepEqual(
    await refusedWith(401, { authorization: `Bearer mnp_${'x'.repeat(43)}` }),
    closed,
  )
  const looking = [`POST ${models}/analyze/workload`, `POST ${models}/test/sample-request`]
  const changing = operations.filter((one) => one.startsWith('POST ') && !looking.includes(one))
  assert.deepEqual(await refusedWith(403, await bearer('viewer')), changing)
  const adminsOnly = [
    ...pilotActions.map((action) => `POST ${models}/pilot/${action}`),
    ...['POST /api/v1/gate/pause', 'POST /api/v1/gate/resume'],
  ]
  assert.deepEqual(await refusedWith(403, await bearer('operator')), adminsOnly)
  for (const status of [401, 403]) assert.deepEqual(await refusedWith(status, admin), [])
  // So many of one address in a minute are written down one by one.
  await eventually('the audit has the first ten refusals', async () => {
    const { rowCount } = await pool.query(
      `select from maniple.audit_entries where event = 'HTTP_Request_Denied' and result = 'DENIED'`,
    )
    return rowCount === 10
  })
})

test('beyond loopback, who has no token learns from /ready what is well, and no details', async (t) => {
  const { server, tokens } = await startHttp(t, { requireTokens: true })
  const token = await tokens.create({ name: 'looker', role: 'viewer' }, me)
  const ask = async (authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization }
    const reply = await server.inject({ url: '/ready', headers })
    assert.equal(reply.statusCode, 200)
    return reply.json<unknown>()
  }
  const bare = { ready: true, checks: { database: { ok: true }, workers: { ok: true } } }
  assert.deepEqual(await ask(), bare)
  // A probe whose token has expired must not take the server out of service.
  for (const wrong of ['Basic x', `Bearer mnp_${'x'.repeat(43)}`])
    assert.deepEqual(await ask(wrong), bare)
  assert.match(JSON.stringify(await ask(`Bearer ${token}`)), /"detail":"PostgreSQL/)
})

test('on loopback /ready has the details, and when it is not ready tells which check failed', async (t) => {
  const near = await startHttp(t)
  assert.match((await near.server.inject('/ready')).body, /"detail":"PostgreSQL/)
  const checks = { database: { ok: false, detail: 'PostgreSQL in /secret does not answer' } }
  const readiness = async () => ({ ready: false, checks })
  const far = await startHttp(t, { requireTokens: true, readiness })
  const reply = await far.server.inject('/ready')
  assert.equal(reply.statusCode, 503)
  assert.deepEqual(reply.json(), { ready: false, checks: { database: { ok: false } } })
})
