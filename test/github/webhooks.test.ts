import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { test } from 'node:test'
import { sign } from '@octokit/webhooks-methods'
import { type StartedHttp, startHttp } from '../http/started-http.ts'

const secret = 'the secret of the webhook'
const overrides = { 'github.webhookSecret': secret }
const payload = JSON.stringify({
  ...{ action: 'opened', issue: { number: 1, body: '' } },
  ...{ repository: { full_name: 'octo/shop' }, sender: { id: 1, login: 'ada', type: 'User' } },
})

type Sent = {
  readonly guid?: string
  readonly event?: string
  /** Null: the header is left out. */
  readonly signature?: string | null
  readonly type?: string
}

async function deliver(
  { url }: StartedHttp,
  body: string,
  { guid = 'guid-0001', event = 'issues', signature, type = 'application/json' }: Sent = {},
) {
  const signed = signature === undefined ? await sign(secret, body) : signature
  const response = await fetch(`${url}/webhook/github`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': type, 'x-github-event': event, 'x-github-delivery': guid },
      ...(signed === null ? {} : { 'x-hub-signature-256': signed }),
    },
    body,
  })
  return { status: response.status, body: JSON.parse(await response.text()) }
}

async function stored({ pool }: StartedHttp): Promise<readonly string[]> {
  const { rows } = await pool.query<{ guid: string }>(
    'select guid from maniple.deliveries order by ordinal',
  )
  return rows.map(({ guid }) => guid)
}

test('a signed delivery is stored before its 202, and once however often it comes', async (t) => {
  const http = await startHttp(t, { overrides })
  const first = await deliver(http, payload)
  assert.deepEqual([first.status, first.body.status], [202, 'stored'])
  assert.deepEqual(await stored(http), ['guid-0001'])
  const again = await deliver(http, payload)
  assert.deepEqual([again.status, again.body.status], [202, 'duplicate'])
  const atOnce = await Promise.all(
    Array.from({ length: 8 }, () => deliver(http, payload, { guid: 'guid-0002' })),
  )
  assert.deepEqual(atOnce.map(({ body }) => body.status).toSorted(), [
    ...Array.from({ length: 7 }, () => 'duplicate'),
    'stored',
  ])
  assert.deepEqual(await stored(http), ['guid-0001', 'guid-0002'])
})

test('what is not signed with the secret is refused, and nothing of it is stored', async (t) => {
  const http = await startHttp(t, { overrides })
  const other = await sign('another secret', payload)
  const old = (await sign(secret, payload)).replace('sha256=', 'sha1=')
  for (const signature of [null, other, old, 'sha256=', 'nonsense', await sign(secret, '{}')]) {
    const { status, body } = await deliver(http, payload, { signature })
    assert.deepEqual([status, body.code], [401, 'signature_invalid'], String(signature))
  }
  assert.deepEqual(await stored(http), [])
})

test('signed and yet no delivery: each is refused with what is wrong', async (t) => {
  const http = await startHttp(t, { overrides })
  for (const body of ['{', 'null', '[]', '"text"', '{"action":1}', '{"repository":"octo/shop"}']) {
    const { status, body: problem } = await deliver(http, body)
    assert.deepEqual([status, problem.code], [400, 'request_invalid'], body)
  }
  assert.equal((await deliver(http, payload, { guid: 'x' })).status, 400)
  const form = `payload=${encodeURIComponent(payload)}`
  const sent = await deliver(http, form, { type: 'application/x-www-form-urlencoded' })
  assert.equal(sent.status, 415)
  const unheeded = await deliver(http, payload, { event: 'star' })
  assert.deepEqual([unheeded.status, unheeded.body.status], [202, 'ignored'])
  assert.deepEqual(await stored(http), [])
})

test('twenty megabytes are taken; more than GitHub sends is refused before it is read', async (t) => {
  const http = await startHttp(t, { overrides })
  const pad = 'x'.repeat(20_000_000)
  const large = JSON.stringify({ ...JSON.parse(payload), pad })
  const taken = await deliver(http, large)
  assert.deepEqual([taken.status, taken.body.status], [202, 'stored'])
  const sending = request(`${http.url}/webhook/github`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', 'content-length': 25 * 1024 * 1024 + 1 },
      ...{ 'x-github-event': 'issues', 'x-github-delivery': 'guid-0002' },
      'x-hub-signature-256': await sign(secret, payload),
    },
  })
  sending.on('error', () => undefined) // the server may end the connection with its answer
  sending.write('{')
  const [response] = (await once(sending, 'response')) as [IncomingMessage]
  assert.equal(response.statusCode, 413)
  sending.destroy()
  assert.deepEqual(await stored(http), ['guid-0001'])
})

test('where no secret is configured the answer says so', async (t) => {
  const http = await startHttp(t)
  const { status, body } = await deliver(http, payload)
  assert.deepEqual([status, body.code], [503, 'github_unavailable'])
  assert.deepEqual(await stored(http), [])
})
