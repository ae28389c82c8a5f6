import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askerOf, documentOf, isBodyRequired, operationsOf } from './open-api-document.ts'
import { storeEffects } from './sample-effects.ts'
import { workflowOf, workflowOfWidth } from './sample-workflow.ts'
import { startHttp } from './started-http.ts'

/** Reads Fastify's tree of routes; HEAD comes with every GET and needs no entry of its own. */
function routesOf(tree: string): string[] {
  const parents: string[] = []
  return tree.split('\n').flatMap((line) => {
    const found = /^(?<indent>[│ ]*)[├└]── (?<part>\S+)(?: \((?<methods>[A-Z, ]+)\))?$/.exec(line)
    if (found?.groups === undefined) return []
    const { indent = '', part = '', methods = '' } = found.groups
    const depth = indent.length / 4
    const url = `${parents[depth - 1] ?? ''}${part}`
    parents[depth] = url
    const path = url.replaceAll(/:(\w+)/g, '{$1}')
    const names = methods.split(', ').filter((name) => name !== '' && name !== 'HEAD')
    return names.map((name) => `${name} ${path}`)
  })
}

test('the document lists exactly the routes there are', async (t) => {
  const { server } = await startHttp(t)
  const routes = routesOf(server.printRoutes({ commonPrefix: false }))
  assert.ok(routes.includes('POST /api/v1/runs/{id}/cancel'), routes.join('\n'))
  // JSON-RPC describes itself, by tools/list.
  const described = routes.filter((route) => route !== 'POST /mcp')
  assert.equal(described.length, routes.length - 1)
  assert.deepEqual(operationsOf(await documentOf(server)).sort(), described.sort())
})

test('a body is documented as required exactly where the server asks for one', async (t) => {
  const { server } = await startHttp(t)
  const document = await documentOf(server)
  for (const operation of operationsOf(document)) {
    const required = isBodyRequired(document, operation)
    if (required === null) continue
    const [, path = ''] = operation.split(' ')
    const url = path.replaceAll(/\{\w+\}/g, 'nosuchrun000')
    const { statusCode, body } = await server.inject({ method: 'POST', url })
    assert.equal(statusCode === 400, required, `${operation} without a body: ${statusCode} ${body}`)
  }
  assert.equal(isBodyRequired(document, 'POST /api/v1/runs'), true)
  assert.equal(isBodyRequired(document, 'POST /api/GitHubModels/pilot/stop'), false)
})

test('what every route really answers is what the document promises', async (t) => {
  let ready = true
  const { server, runs, pool } = await startHttp(t, {
    readiness: async () => ({ ready, checks: { database: { ok: ready, detail: 'in the test' } } }),
  })
  const document = await documentOf(server)
  const input = workflowOf('a', 'b')
  const { run } = await runs.submit({ kind: 'split', input })

  const { ask, succeeded } = askerOf(server, document, { id: run.id })
  const submission = { payload: { kind: 'split', input } }
  await ask('POST /api/v1/runs', 202, submission)
  await ask('POST /api/v1/runs', 400, { payload: {} })
  await ask('POST /api/v1/runs', 403, { ...submission, headers: { origin: 'http://evil.example' } })
  await ask('POST /api/v1/runs', 413, { payload: { kind: 'split', input: 'x'.repeat(1_000_001) } })
  await ask('POST /api/v1/runs', 415, { payload: 'x', headers: { 'content-type': 'text/plain' } })
  await ask('POST /api/v1/runs', 422, { payload: { kind: 'split', input: 7 } })
  const keyed = { headers: { 'idempotency-key': 'documented' } }
  await ask('POST /api/v1/runs', 202, { ...submission, ...keyed })
  const other = { kind: 'split', input: workflowOf('c') }
  await ask('POST /api/v1/runs', 409, { payload: other, ...keyed })

  const elsewhere = (rest: string) => ({ url: `/api/v1/runs/nosuchrun000${rest}` })
  await ask('GET /api/v1/budgets', 200)
  await ask('GET /api/v1/budgets', 400, { url: '/api/v1/budgets?cursor=AA' })
  await ask('GET /api/v1/runs', 200)
  await ask('GET /api/v1/runs', 400, { url: '/api/v1/runs?limit=1001' })
  for (const rest of ['', '/tasks', '/report', '/stream']) {
    await ask(`GET /api/v1/runs/{id}${rest}`, 200)
    await ask(`GET /api/v1/runs/{id}${rest}`, 404, elsewhere(rest))
    await ask(`GET /api/v1/runs/{id}${rest}`, 400, { url: `/api/v1/runs/a%00b${rest}` })
  }
  // The stream ended with the run, so there is nothing to rerun.
  await ask('POST /api/v1/runs/{id}/retry', 409)
  const long = workflowOfWidth(30)
  const options = { concurrency: 1 }
  const slow = await runs.submit({ kind: 'split', input: long, options })
  const onSlow = (action: string) => ({ url: `/api/v1/runs/${slow.run.id}/${action}` })
  await ask('POST /api/v1/runs/{id}/cancel', 202, onSlow('cancel'))
  // Only when its running tasks have let go can it be retried.
  await server.inject(onSlow('stream'))
  await ask('POST /api/v1/runs/{id}/retry', 202, onSlow('retry'))
  await ask('POST /api/v1/runs/{id}/cancel', 404, elsewhere('/cancel'))
  await ask('POST /api/v1/runs/{id}/retry', 404, elsewhere('/retry'))

  await storeEffects(pool, ['allowed', 'refused'])
  const effect = (rest: string) => ({ url: `/api/v1/effects/${rest}` })
  await ask('GET /api/v1/effects', 200, { url: '/api/v1/effects?state=asked&limit=1' })
  await ask('GET /api/v1/effects', 400, { url: '/api/v1/effects?state=odd' })
  await ask('GET /api/v1/effects/{id}', 200, effect('allowed'))
  await ask('GET /api/v1/effects/{id}', 404, effect('nosuch'))
  for (const [verdict, id] of [
    ['approve', 'allowed'],
    ['deny', 'refused'],
  ]) {
    const decide = `POST /api/v1/effects/{id}/${verdict}`
    await ask(decide, 415, {
      ...{ ...effect(`${id}/${verdict}`), payload: 'x' },
      headers: { 'content-type': 'text/plain' },
    })
    await ask(decide, 200, { ...effect(`${id}/${verdict}`), payload: { reason: 'seen' } })
    await ask(decide, 409, effect(`${id}/${verdict}`))
    await ask(decide, 404, effect(`nosuch/${verdict}`))
  }
  await ask('POST /api/v1/gate/pause', 200, { payload: { reason: 'a look' } })
  await ask('GET /api/v1/gate', 200)
  await ask('POST /api/v1/gate/resume', 200)

  for (const path of ['/', '/errors', '/health', '/metrics', '/openapi.json', '/ready'])
    await ask(`GET ${path}`, 200)
  await ask('GET /', 200, { headers: { accept: 'text/html,*/*' } })
  ready = false
  await ask('GET /ready', 503)
  await ask('GET /health', 403, { headers: { host: 'evil.example' } })
  // Deliveries of GitHub have tests of their own.
  const elsewhereAsked = / \/(?:api\/GitHubModels\/|webhook\/)/
  const here = operationsOf(document).filter((one) => !elsewhereAsked.test(one))
  assert.deepEqual([...succeeded].sort(), here.sort())
})
