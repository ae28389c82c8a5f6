import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { startHttpMcp, startStdioMcp } from './started-mcp.ts'

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  },
}

type Reply = {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** Not `fetch`, which would not let us write Host. */
function send(url: string, headers: Record<string, string>, body: string | null) {
  const method = body === null ? (headers['x-test-method'] ?? 'GET') : 'POST'
  return new Promise<Reply>((resolve, reject) => {
    const sent = request(
      url,
      {
        method,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
      },
      async (reply) => {
        const chunks: Buffer[] = []
        for await (const chunk of reply) chunks.push(chunk)
        const text = Buffer.concat(chunks).toString()
        resolve({ status: reply.statusCode, headers: reply.headers, body: text })
      },
    )
    sent.on('error', reject)
    sent.end(body ?? undefined)
  })
}

test('http: pages of other origins and rebound names are refused, our own is not', async (t) => {
  const { url } = await startHttpMcp(t)
  const body = JSON.stringify(initialize)
  const { port, host } = new URL(url)
  assert.equal((await send(url, { origin: 'https://evil.example' }, body)).status, 403)
  assert.equal((await send(url, { origin: 'null' }, body)).status, 403)
  assert.equal((await send(url, { host: `evil.example:${port}` }, body)).status, 403)
  const own = await send(url, { origin: `http://${host}` }, body)
  assert.equal(own.status, 200)
  assert.equal(own.headers['x-accel-buffering'], 'no')
  assert.match(String(own.headers['x-request-id']), /./)
  assert.match(own.body, /"protocolVersion":"2025-11-25"/)
})

test('http: only POST of JSON, not beyond the size limit', async (t) => {
  const { url } = await startHttpMcp(t)
  for (const method of ['GET', 'DELETE']) {
    const { status, headers } = await send(url, { 'x-test-method': method }, null)
    assert.deepEqual([status, headers.allow], [405, 'POST'])
  }
  assert.equal((await send(url, {}, '{"jsonrpc":')).status, 400)
  assert.equal((await send(url, { 'content-type': 'text/plain' }, 'x')).status, 415)
  const huge = { ...initialize, params: { padding: 'x'.repeat(2_000_001) } }
  assert.equal((await send(url, {}, JSON.stringify(huge))).status, 413)
})

test('http: no token, no answer; a viewer looks on but starts and cancels nothing', async (t) => {
  const { ports, url, connect } = await startHttpMcp(t, { requireTokens: true })
  const refused = await send(url, {}, JSON.stringify(initialize))
  assert.equal(refused.status, 401)
  assert.match(String(refused.headers['www-authenticate']), /^Bearer/)
  const client = await connect('2026-07-28')
  const given = { repository: 'octo/shop', workloads: [{ content: 'x' }] }
  for (const [name, args] of [
    ['github_models_orchestrate', given],
    ['maniple_cancel', { run_id: 'run1' }],
  ] as const) {
    const result = await client.callTool({ name, arguments: args })
    assert.equal(result.isError, true)
    assert.match(JSON.stringify(result.content), /role_insufficient: .*operator.*looker.*viewer/)
  }
  const looked = await client.callTool({ name: 'github_models_analyze', arguments: given })
  assert.notEqual(looked.isError, true)
  assert.deepEqual(ports.calls, [
    { what: 'analyze', caller: { user: 'looker', role: 'viewer', via: 'mcp' } },
  ])
})

test('http: a server that stops answers who waits with the state so far', async (t) => {
  const { ports, connect, close } = await startHttpMcp(t)
  const client = await connect('2026-07-28')
  const given = { repository: 'octo/shop', workloads: [{ content: 'x' }] }
  const call = client.callTool({ name: 'github_models_orchestrate', arguments: given })
  await ports.untilFollowed()
  const closing = close()
  const { structuredContent } = await call
  assert.deepEqual([Object(structuredContent).runId, Object(structuredContent).ended], ['run1', 0])
  await closing
})

test('stdio: stdout carries JSON-RPC lines only, and the serving ends with its input', async (t) => {
  const { connect, written, servings } = startStdioMcp(t)
  const client = await connect('2025-11-25')
  await client.callTool({ name: 'maniple_run', arguments: { run_id: 'none' } })
  const lines = written().trimEnd().split('\n')
  assert.ok(lines.length >= 2)
  for (const line of lines) assert.equal(JSON.parse(line).jsonrpc, '2.0')
  await client.close()
  await servings[0]
})
