import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import * as z from 'zod'
import { Run, type RunReport, Task } from '../../src/contracts/index.ts'
import { workflowOf, workflowOfWidth } from './sample-workflow.ts'
import { startHttp } from './started-http.ts'

const input = workflowOf('one', 'two')
const request = { kind: 'split', input }
const RunReply = z.strictObject({ run: Run })

const runOf = (reply: LightMyRequestResponse): Run => RunReply.parse(reply.json()).run

const submit = async (server: FastifyInstance, options: InjectOptions = {}) =>
  await server.inject({ method: 'POST', url: '/api/v1/runs', payload: request, ...options })

test('a submitted run is accepted, named in Location, and there', async (t) => {
  const { server } = await startHttp(t)
  const reply = await submit(server)
  assert.equal(reply.statusCode, 202)
  const run = runOf(reply)
  assert.equal(reply.headers.location, `/api/v1/runs/${run.id}`)
  const found = await server.inject(String(reply.headers.location))
  assert.equal(runOf(found).total, 2)
})

test('an Idempotency-Key makes one run of many requests', async (t) => {
  const { server, runs } = await startHttp(t)
  const headers = { 'idempotency-key': `key-${'k'.repeat(251)}` }
  const replies = await Promise.all(Array.from({ length: 5 }, () => submit(server, { headers })))
  assert.deepEqual(
    replies.map(({ statusCode }) => statusCode),
    [202, 202, 202, 202, 202],
  )
  assert.equal(new Set(replies.map((reply) => runOf(reply).id)).size, 1)
  assert.equal((await runs.list({ limit: 10 })).runs.length, 1)

  const payload = { ...request, options: { title: 'another' } }
  const conflict = await submit(server, { headers, payload })
  assert.deepEqual(
    [conflict.statusCode, conflict.json<{ code: string }>().code],
    [409, 'idempotency_conflict'],
  )
  for (const key of ['', 'two words', 'k'.repeat(256), 'ümlaut']) {
    const refused = await submit(server, { headers: { 'idempotency-key': key } })
    assert.deepEqual(
      [refused.statusCode, refused.json<{ code: string }>().code],
      [400, 'request_invalid'],
      key,
    )
  }
  assert.equal((await runs.list({ limit: 10 })).runs.length, 1)
})

test('pages hold every run and every task once, in order', async (t) => {
  const { server } = await startHttp(t)
  const ids: string[] = []
  for (let count = 0; count < 5; count += 1) ids.unshift(runOf(await submit(server)).id)

  const walk = async (url: string, list: string) => {
    const Page = z.object({
      [list]: z.array(z.object({ id: z.string() })),
      next: z.string().nullable(),
    })
    const pages: string[][] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: Record<string, string> = { limit: '2', ...(cursor === '' ? {} : { cursor }) }
      const page = z
        .record(z.string(), z.unknown())
        .parse((await server.inject({ url, query })).json())
      Page.parse(page)
      pages.push(
        z
          .array(z.object({ id: z.string() }))
          .parse(page[list])
          .map(({ id }) => id),
      )
      cursor = z.string().nullable().parse(page.next)
    }
    return pages
  }
  const pages = await walk('/api/v1/runs', 'runs')
  assert.deepEqual(
    pages.map((page) => page.length),
    [2, 2, 1],
  )
  assert.deepEqual(pages.flat(), ids)

  const reply = await server.inject({ url: `/api/v1/runs/${ids[0]}/tasks` })
  const { tasks } = z.object({ tasks: z.array(Task), next: z.null() }).parse(reply.json())
  assert.deepEqual(
    tasks.map(({ id }) => id),
    ['one', 'two'],
  )
})

test('a run is cancelled, filtered by its state, retried and reported', async (t) => {
  const { server } = await startHttp(t)
  const payload = { kind: 'split', input: workflowOfWidth(40), options: { concurrency: 1 } }
  const run = runOf(await submit(server, { payload }))
  const act = async (action: string) =>
    await server.inject({ method: 'POST', url: `/api/v1/runs/${run.id}/${action}` })

  const cancelled = await act('cancel')
  assert.equal(cancelled.statusCode, 202)
  assert.equal(runOf(cancelled).id, run.id)
  // The stream ends when the last running task has let go.
  await server.inject(`/api/v1/runs/${run.id}/stream`)
  const stopped = await server.inject('/api/v1/runs?state=cancelled')
  assert.deepEqual(
    stopped.json<{ runs: Run[] }>().runs.map(({ id }) => id),
    [run.id],
  )
  assert.deepEqual(
    (await server.inject('/api/v1/runs?state=succeeded')).json<{ runs: Run[] }>().runs,
    [],
  )

  const retried = await act('retry')
  assert.equal(retried.statusCode, 202)
  assert.ok(!['cancelled', 'failed'].includes(runOf(retried).state))
  await act('cancel')
  const report = await server.inject(`/api/v1/runs/${run.id}/report`)
  assert.equal(report.json<RunReport>().tasks.length, 40)
})

test('nothing that is refused is stored, and the reason is in the problem', async (t) => {
  const { server, runs } = await startHttp(t)
  const refusals: [unknown, number][] = [
    [{ kind: 'split' }, 400],
    [{ kind: 'other', input }, 400],
    [{ kind: 'split', input, options: { level: 'huge' } }, 400],
    [{ kind: 'split', input, surprise: 1 }, 400],
    [{ kind: 'split', input: null }, 422],
    [{ kind: 'split', input: {} }, 422],
  ]
  for (const [body, status] of refusals) {
    const payload = JSON.stringify(body)
    const headers = { 'content-type': 'application/json' }
    const reply = await submit(server, { payload, headers })
    assert.equal(reply.statusCode, status, payload)
    assert.match(String(reply.headers['content-type']), /^application\/problem\+json/)
    assert.equal(reply.json<{ instance: string }>().instance, reply.headers['x-request-id'])
  }
  assert.deepEqual((await runs.list({ limit: 10 })).runs, [])
})

test('strange bytes in ids, queries and bodies never end in a fault', async (t) => {
  const { server } = await startHttp(t)
  const id = runOf(await submit(server)).id
  const urls = [
    'a%00b',
    '..%2f..',
    '%F0%9F%8C%8A',
    "a'--",
    'a'.repeat(65),
    'a'.repeat(400),
    '%',
    '%ZZ',
  ]
    .flatMap((bad) =>
      ['', '/tasks', '/stream', '/report'].map((rest) => `/api/v1/runs/${bad}${rest}`),
    )
    .concat(['%00', 'x%00', '', '%20', 'a'.repeat(501)].map((bad) => `/api/v1/runs?cursor=${bad}`))
    .concat(
      ['0', '-1', '1001', '1e9', 'x', '', '1&limit=2'].map((bad) => `/api/v1/runs?limit=${bad}`),
    )
    .concat(['%00', 'AAAA', '9999'].map((bad) => `/api/v1/runs/${id}/tasks?cursor=${bad}&limit=x`))
  for (const url of urls) {
    const reply = await server.inject(url)
    assert.ok([400, 404].includes(reply.statusCode), `${url}: ${reply.statusCode} ${reply.body}`)
    assert.match(String(reply.headers['content-type']), /^application\/problem\+json/, url)
  }
  // A well-formed cursor that nobody gave out is the service's to judge.
  for (const cursor of ['AAAA', '-5', 'eyJhIjoxfQ', '____', '9'.repeat(400)]) {
    const reply = await server.inject({ url: '/api/v1/runs', query: { cursor } })
    assert.ok(reply.statusCode < 500, `${cursor}: ${reply.body}`)
  }
  for (const [text, status] of [
    ['a\u2028b', 202],
    ['__proto__', 202],
    ['a\u0000b', 400],
    ['\ud800', 400],
  ] as const) {
    for (const change of [{ options: { title: text } }, { input: { ...input, title: text } }]) {
      const reply = await submit(server, { payload: { ...request, ...change } })
      assert.equal(reply.statusCode, status, `${JSON.stringify(change)}: ${reply.body}`)
    }
  }
})
