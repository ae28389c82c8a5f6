import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify from 'fastify'
import { AppError } from '../shared/index.ts'
import { closeServer, listen } from './listen.ts'

const failsWith = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof AppError && error.code === code && message.test(error.message)

test('listens on this machine, and says which port is taken', async (t) => {
  const first = fastify()
  t.after(() => first.close())
  const url = new URL(await listen(first, { host: '127.0.0.1', port: 0 }))
  const port = Number(url.port)
  assert.ok(port > 0)

  const second = fastify()
  t.after(() => second.close())
  const message = new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is taken.*--port$`)
  await assert.rejects(
    listen(second, { host: '127.0.0.1', port }),
    failsWith('port_taken', message),
  )
})

test('closing waits for what is in flight, and cuts it when the grace is over', async () => {
  const server = fastify()
  const arrived = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  server.get('/slow', async () => {
    arrived.resolve()
    await finish.promise
    return 'done'
  })
  const url = await listen(server, { host: '127.0.0.1', port: 0 })

  const answer = fetch(`${url}/slow`, { headers: { connection: 'close' } })
  await arrived.promise
  const closed = closeServer(server, 60_000)
  await assert.rejects(fetch(`${url}/slow`), 'a closing server accepts no connection')
  finish.resolve()
  assert.equal(await (await answer).text(), 'done')
  await closed

  const stuck = fastify()
  const begun = Promise.withResolvers<void>()
  stuck.get('/stuck', async () => {
    begun.resolve()
    return await new Promise(() => undefined)
  })
  const hanging = fetch(`${await listen(stuck, { host: '127.0.0.1', port: 0 })}/stuck`)
  hanging.catch(() => 'asserted below')
  await begun.promise
  await closeServer(stuck, 10)
  await assert.rejects(hanging)
})
