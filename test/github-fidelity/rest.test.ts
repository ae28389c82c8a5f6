import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allRoutes } from '../../src/simulation/github/rest/routes/all-routes.ts'
import { startGitHub } from '../simulated-github/start-github.ts'
import { assertFaithful, recordExchanges, unusedExemptions } from './assert-faithful.ts'
import type { Exchange } from './check-exchange.ts'
import { instantClock } from './create-world.ts'
import {
  driveAccounts,
  driveActions,
  driveGit,
  driveHooks,
  driveIssues,
  drivePulls,
  installApp,
  succeeding,
} from './drive-rest.ts'
import { type Exemption, exemptions } from './exemptions.ts'

const routeOf = ({ response }: Exchange): string => String(response.headers['x-maniple-route'])
const used = new Set<Exemption>()

test('every endpoint answers what GitHub describes', async () => {
  const recording = recordExchanges()
  await using given = await startGitHub({ clock: instantClock(), onExchange: recording.onExchange })
  const { github, repository, call, callWith } = given
  const reviewer = github.createUser({ login: 'reviewer' })
  github.state.repositories.grant(repository, reviewer, 'write')
  const { value } = github.createToken({ kind: 'classic', actor: reviewer, scopes: ['repo'] })
  const ask = succeeding(call)
  await driveAccounts(ask)
  await driveIssues(ask)
  await driveGit(ask)
  const { installation, jwt } = installApp(given)
  const asApp = succeeding(callWith(jwt))
  await asApp('GET /app')
  await asApp('GET /app/installations')
  await asApp(`GET /app/installations/${installation.id}`)
  await asApp('GET /repos/octo/shop/installation')
  const wanted = { repositories: ['shop'], permissions: { checks: 'write', statuses: 'write' } }
  const path = `/app/installations/${installation.id}/access_tokens`
  const { token } = await asApp(`POST ${path}`, {})
  await asApp(`POST ${path}`, { ...wanted, permissions: { checks: 'write' } })
  await succeeding(callWith(token))('GET /installation/repositories')
  await drivePulls(ask, succeeding(callWith(value)), succeeding(callWith(token)))
  await driveActions(ask, given)
  await driveHooks(ask, given)
  const succeeded = recording.exchanges.filter(({ response }) => response.status < 400)
  const driven = new Set(succeeded.map(routeOf))
  const left = allRoutes
    .map(({ method, template }) => `${method} ${template}`)
    .filter((name) => !driven.has(name))
  assert.deepEqual(left, [])
  for (const exemption of assertFaithful(recording.exchanges)) used.add(exemption)
})

test('every refusal is one that GitHub describes', async () => {
  const recording = recordExchanges()
  await using given = await startGitHub({ clock: instantClock(), onExchange: recording.onExchange })
  const { github, owner, call, callWith } = given
  const weak = github.createToken({ kind: 'fine_grained', actor: owner, permissions: {} })
  const { jwt } = installApp(given)
  for (const { method, template, access } of allRoutes) {
    const target = template.replace('{owner}/{repo}', 'octo/shop').replaceAll(/\{\w+\}/g, '999')
    const body = ['POST', 'PUT', 'PATCH'].includes(method) ? {} : undefined
    const request = `${method} ${target}`
    await (access.as === 'app' ? callWith(jwt) : call)(request, body)
    await callWith(weak.value)(request, body)
    const { status } = await callWith('ghp_unknown')(request, body)
    assert.equal(status, 401, request)
    const elsewhere = target.replace('octo/shop', 'octo/nowhere')
    if (elsewhere === target || access.as === 'app') continue
    assert.equal((await call(`${method} ${elsewhere}`, body)).status, 404)
  }
  const statuses = new Set(recording.exchanges.map(({ response }) => response.status))
  for (const status of [401, 403, 404, 422]) assert.ok(statuses.has(status), `no ${status}`)
  const found = assertFaithful(recording.exchanges, { mayBeRefused: true })
  for (const exemption of found) used.add(exemption)
})

test('every exemption is needed', () => {
  assert.deepEqual(
    unusedExemptions(used).map(({ operation, problem }) => `${operation}: ${problem}`),
    [],
  )
  assert.ok(exemptions.every(({ reason }) => reason.length > 20))
})

test('what departs from the description is found', () => {
  const exchange = (
    request: Partial<Exchange['request']>,
    status: number,
    body: unknown,
  ): Exchange => ({
    request: { method: 'GET', url: '/repos/o/r/issues', headers: {}, body: '', ...request },
    response: { status, headers: {}, body: JSON.stringify(body) },
  })
  const fails = (one: Exchange, expected: RegExp): void => {
    assert.throws(() => assertFaithful([one]), expected)
  }
  fails(exchange({ url: '/repos/o/r/issue' }, 200, []), /is not described/)
  fails(exchange({ url: '/repos/o/r/issues?colour=red' }, 200, []), /colour is no parameter/)
  fails(exchange({ url: '/repos/o/r/issues?state=half' }, 200, []), /state: .*allowed values/)
  fails(exchange({}, 200, [{ number: 1 }]), /must have required property 'id'/)
  fails(exchange({}, 202, []), /202 is not described/)
  fails(exchange({}, 403, { message: 'No', invented: 1 }), /"invented"/)
  const post = { method: 'POST', body: '{"titel":"x"}' }
  fails(exchange(post, 422, { message: 'x', documentation_url: 'y' }), /"titel"/)
})
