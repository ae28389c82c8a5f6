import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../support/embedded-server.ts'
import { startHttp } from './started-http.ts'

const json = { 'content-type': 'application/json' }

test('a body that is not UTF-8 is refused and audited, on every route; UTF-8 is kept as it is', async (t) => {
  const { server, pool, runs } = await startHttp(t)
  const wrong = Buffer.from('{"kind":"split","input":"- [ ] caf\xe9"}', 'latin1')
  const cut = Buffer.from('{"kind":"split","input":"- [ ] €"}').filter((byte) => byte !== 0xac)
  for (const url of ['/api/v1/runs', '/api/GitHubModels/orchestrate/parallel', '/mcp']) {
    for (const payload of [wrong, cut]) {
      const reply = await server.inject({ method: 'POST', url, headers: json, payload })
      assert.equal(reply.statusCode, 400)
      const { code, detail } = reply.json<{ code: string; detail: string }>()
      assert.deepEqual([code, /not UTF-8/.test(detail)], ['request_invalid', true])
    }
  }
  const payload = Buffer.from('{"kind":"split","input":"- [ ] café 🦊 \\ufffd"}')
  const reply = await server.inject({ method: 'POST', url: '/api/v1/runs', headers: json, payload })
  assert.equal(reply.statusCode, 202)
  const [task] = (await runs.tasks(reply.json().run.id, { limit: 1 })).tasks
  assert.equal(task?.title, 'café 🦊 \ufffd')
  await eventually('the audit has all six', async () => {
    const { rowCount } = await pool.query(
      `select from maniple.audit_entries where event = 'HTTP_Request_Denied'`,
    )
    return rowCount === 6
  })
})
