import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify from 'fastify'
import { handleErrors } from './handle-errors.ts'
import { refuseExcess } from './refuse-excess.ts'

const server = fastify()
handleErrors(server)
server.post('/', { preValidation: refuseExcess }, () => 'passed on')

type Problem = { readonly detail: string; readonly errors: readonly { readonly path: string }[] }

const post = async (payload: unknown) =>
  await server.inject({
    method: 'POST',
    url: '/',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(payload),
  })

const fields = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]))

test('passes on what the schema can judge: nonsense, and what is wrong now and then', async () => {
  const few = { workloads: [{ dependsOn: [1, 'w1', null] }, 7, null, { dependsOn: 'w1' }] }
  for (const body of [7, null, [], {}, { workloads: 1 }, few, fields(100)]) {
    assert.equal((await post(body)).body, 'passed on')
  }
  const long = { workloads: [{ dependsOn: Array.from({ length: 5000 }, () => 'w1') }] }
  assert.equal((await post(long)).body, 'passed on')
})

test('refuses what is wrong in thousands of places, with the first thousand of them', async () => {
  const dependsOn = Array.from({ length: 100 }, () => 1)
  const body = { workloads: Array.from({ length: 50 }, () => ({ content: 'x', dependsOn })) }
  const reply = await post(body)
  assert.equal(reply.statusCode, 400)
  const { detail, errors } = reply.json<Problem>()
  assert.match(detail, /^body\.workloads\.0\.dependsOn\.0: no id of a workload/)
  assert.equal(errors.length, 1000)
  assert.equal(errors.at(-1)?.path, 'body.workloads.9.dependsOn.99')
})

test('refuses objects of hundreds of fields, and says where', async () => {
  for (const [body, path] of [
    [fields(101), 'body'],
    [{ workloads: [{}, fields(200)] }, 'body.workloads.1'],
  ] as const) {
    const reply = await post(body)
    assert.equal(reply.statusCode, 400)
    assert.equal(reply.json<Problem>().errors[0]?.path, path)
  }
})
