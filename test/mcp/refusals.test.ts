import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHttpMcp, startStdioMcp } from './started-mcp.ts'

const orchestrate = 'github_models_orchestrate'
const given = { repository: 'octo/shop', workloads: [{ content: 'x' }] }

test('http: a call of too low a role, or of the wrong form, is audited as denied', async (t) => {
  const { audited, connect } = await startHttpMcp(t, { requireTokens: true })
  const client = await connect('2026-07-28')
  await client.callTool({ name: orchestrate, arguments: given })
  await client.callTool({ name: 'maniple_cancel', arguments: { run_id: 'run1' } })
  await client.callTool({ name: 'maniple_run', arguments: { run_id: 'run1', surprise: 1 } })
  // Allowed, whatever comes of it: an unknown run is no refusal.
  await client.callTool({ name: 'maniple_run', arguments: { run_id: 'run1' } })
  assert.deepEqual(
    audited.map(({ event, actor, action, result, details }) => [
      ...[event, actor, action, result, details.Code, details.Via, details.Address],
    ]),
    [
      [orchestrate, 'role_insufficient'],
      ['maniple_cancel', 'role_insufficient'],
      ['maniple_run', 'request_invalid'],
    ].map(([tool, code]) => [
      ...['MCP_Call_Denied', 'looker', tool, 'DENIED', code, 'mcp', '127.0.0.1'],
    ]),
  )
})

test('http: calls that are refused share the limit of refused requests', async (t) => {
  const { audited, connect, close } = await startHttpMcp(t)
  const client = await connect('2026-07-28')
  const wrong = { name: orchestrate, arguments: { ...given, workloads: 'zzz' } }
  for (let n = 0; n < 25; n += 1) assert.equal((await client.callTool(wrong)).isError, true)
  assert.equal(audited.length, 10)
  await client.close()
  await close()
  const [last] = audited.slice(10)
  assert.deepEqual(
    [last?.action, last?.result, last?.details.LeftOut],
    ['CountRefusals', 'DENIED', 15],
  )
})

test('stdio: a call of the wrong form is audited as denied, many of them are counted', async (t) => {
  const { audited, connect, servings } = startStdioMcp(t)
  const client = await connect('2025-11-25')
  for (let n = 0; n < 12; n += 1)
    await client.callTool({ name: orchestrate, arguments: { ...given, surprise: n } })
  assert.equal(audited.length, 10)
  assert.deepEqual(
    [audited[0]?.actor, audited[0]?.action, audited[0]?.details.Code],
    ['local', orchestrate, 'request_invalid'],
  )
  await client.close()
  await servings[0]
  assert.equal(audited[10]?.details.LeftOut, 2)
})

const call = (id: number, name: string, args: object) => ({
  ...{ jsonrpc: '2.0', id, method: 'tools/call' },
  params: { name, arguments: args },
})

const post = async (url: string, body: unknown): Promise<{ status: number; text: string }> => {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-03-26',
  }
  const reply = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: reply.status, text: await reply.text() }
}

test('http: every call of a batch counts as a request', async (t) => {
  const { ports, audited, url } = await startHttpMcp(t, { requestsPerMinute: 5 })
  const args = { ...given, wait_seconds: 0 }
  const batch = Array.from({ length: 100 }, (_, n) => call(n + 1, orchestrate, args))
  const first = await post(url, batch)
  assert.equal(first.status, 200)
  assert.equal(first.text.match(/"id":\d+/g)?.length, 100, 'every call is answered')
  assert.equal(first.text.match(/too_many_requests: More than 5 requests in a minute/g)?.length, 95)
  assert.deepEqual([(await post(url, batch)).status, (await post(url, batch)).status], [429, 429])
  assert.equal(ports.calls.filter(({ what }) => what.startsWith('submit')).length, 5)
  assert.equal(audited[0]?.details.Code, 'too_many_requests')
})

test('http: messages of a batch that call no tool count as well', async (t) => {
  const { ports, url } = await startHttpMcp(t, { requestsPerMinute: 5 })
  const list = (id: number) => ({ jsonrpc: '2.0', id, method: 'tools/list' })
  const look = call(9, 'github_models_analyze', given)
  const small = await post(url, [list(1), list(2), look, list(3)])
  assert.equal(small.status, 200)
  assert.deepEqual(
    ports.calls.map(({ what }) => what),
    ['analyze'],
  )
  const rest = await post(url, [list(1), list(2)])
  assert.equal(rest.status, 429)
  assert.match(rest.text, /too_many_requests/)
})
