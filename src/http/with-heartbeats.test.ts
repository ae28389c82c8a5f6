import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withHeartbeats } from './with-heartbeats.ts'

test('passes everything on in order, and a silence becomes heartbeats', async () => {
  const speak = Promise.withResolvers<void>()
  async function* source() {
    yield 1
    yield 2
    await speak.promise
    yield 3
  }
  const seen: (number | 'heartbeat')[] = []
  for await (const item of withHeartbeats(source(), 5)) {
    seen.push(item)
    // The source says no more until two heartbeats have come.
    if (seen.filter((one) => one === 'heartbeat').length === 2) speak.resolve()
  }
  assert.deepEqual(seen.slice(0, 4), [1, 2, 'heartbeat', 'heartbeat'])
  assert.equal(seen.at(-1), 3)
})

test('throws what the source throws, and closes the source when left early', async () => {
  const failing = async function* (): AsyncGenerator<number> {
    yield 1
    throw new Error('the database went away')
  }
  await assert.rejects(async () => {
    for await (const item of withHeartbeats(failing(), 1000)) assert.equal(item, 1)
  }, /went away/)

  let closed = false
  const endless = async function* () {
    try {
      for (let item = 0; ; item += 1) yield item
    } finally {
      closed = true
    }
  }
  for await (const item of withHeartbeats(endless(), 1000)) if (item === 3) break
  assert.ok(closed)
})
