import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import * as z from 'zod'
import { Run, RunEvent, type RunService, Task } from '../../src/contracts/index.ts'
import { closeServer } from '../../src/http/index.ts'
import { readEvents, type StreamEvent } from './read-events.ts'
import { workflowOfWidth } from './sample-workflow.ts'
import { startHttp } from './started-http.ts'

const Snapshot = z.object({ seq: z.int(), run: Run, tasks: z.array(Task) })
const End = z.object({ seq: z.int(), run: Run })

const width = 8

const submit = async (runs: RunService) => {
  const options = { concurrency: 2 }
  return (await runs.submit({ kind: 'split', input: workflowOfWidth(width), options })).run
}

const numbers = (events: readonly StreamEvent[]) =>
  events.filter(({ event }) => event === 'change').map(({ id }) => id)

const span = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

test('snapshot, every change, end: together they are the whole run', async (t) => {
  const { url, runs } = await startHttp(t)
  const run = await submit(runs)
  const events = await Array.fromAsync(
    readEvents(await fetch(`${url}/api/v1/runs/${run.id}/stream`)),
  )

  assert.equal(events[0]?.event, 'snapshot')
  const snapshot = Snapshot.parse(events[0]?.data)
  assert.equal(events[0]?.id, snapshot.seq)
  assert.equal(snapshot.run.id, run.id)
  assert.equal(snapshot.tasks.length, width)

  const last = events.at(-1)
  assert.equal(last?.event, 'end')
  const end = End.parse(last?.data)
  assert.equal(end.run.state, 'succeeded')
  assert.deepEqual([last?.id, end.seq], [end.run.seq, end.run.seq])
  assert.deepEqual(numbers(events), span(snapshot.seq + 1, end.seq))

  const states = new Map(snapshot.tasks.map(({ id, state }) => [id, state]))
  for (const { event, id, data } of events) {
    if (event !== 'change') continue
    const change = RunEvent.parse(data)
    assert.equal(change.seq, id)
    for (const { task, state } of change.changes) states.set(task, state)
  }
  const final = await runs.tasks(run.id, { limit: 100 })
  assert.deepEqual(states, new Map(final.tasks.map(({ id, state }) => [id, state])))
})

test('resumes after any event without gap or repeat, and without a snapshot', async (t) => {
  const { url, runs } = await startHttp(t)
  const { id } = await submit(runs)
  const stream = `${url}/api/v1/runs/${id}/stream`

  // Hangs up after every second event, like a client on a bad line.
  const seen: StreamEvent[] = []
  for (let last = 0; seen.at(-1)?.event !== 'end'; last = seen.at(-1)?.id ?? 0) {
    let count = 0
    for await (const event of readEvents(
      await fetch(stream, { headers: { 'last-event-id': `${last}` } }),
    )) {
      seen.push(event)
      count += 1
      if (count === 2) break
    }
  }
  const { seq } = await runs.get(id)
  assert.ok(seq > 2)
  assert.deepEqual(numbers(seen), span(1, seq))
  assert.deepEqual(
    seen.filter(({ event }) => event !== 'change').map(({ event }) => event),
    ['end'],
  )

  for (const after of span(0, seq)) {
    const resumed = await Array.fromAsync(readEvents(await fetch(`${stream}?after=${after}`)))
    assert.deepEqual(numbers(resumed), span(after + 1, seq))
    assert.equal(resumed.at(-1)?.event, 'end')
  }
  // A browser that reconnects repeats the address and adds the header: the header is newer.
  const headers = { 'last-event-id': `${seq - 1}` }
  const both = await Array.fromAsync(readEvents(await fetch(`${stream}?after=0`, { headers })))
  assert.deepEqual(numbers(both), [seq])
})

test('refuses a place that is none, and a run that is none', async (t) => {
  const { server, runs } = await startHttp(t)
  const { id } = await submit(runs)
  const url = `/api/v1/runs/${id}/stream`
  for (const place of ['', 'x', '-1', '1.5', '0x1', '1e3', ' 1 2', '9'.repeat(16), '999999']) {
    const byHeader = await server.inject({ url, headers: { 'last-event-id': place } })
    const byQuery = await server.inject({ url, query: { after: place } })
    for (const reply of [byHeader, byQuery])
      assert.deepEqual(
        [reply.statusCode, reply.json<{ code: string }>().code],
        [400, 'request_invalid'],
        place,
      )
  }
  const missing = await server.inject('/api/v1/runs/nosuchrun000/stream')
  assert.deepEqual([missing.statusCode, missing.json<{ code: string }>().code], [404, 'not_found'])
})

/** The same service, with `events` replaced: its events still belong to a real run. */
const withEvents = (runs: RunService, events: RunService['events']): RunService => ({
  ...runs,
  events,
})

test('a client that leaves ends the reading of events', async (t) => {
  const aborted = Promise.withResolvers<void>()
  const { url, runs } = await startHttp(t, {
    watch: (real) =>
      withEvents(real, (id, after, signal) => {
        signal.addEventListener('abort', () => aborted.resolve())
        return real.events(id, after, signal)
      }),
  })
  const { id } = await submit(runs)
  const leave = new AbortController()
  const response = await fetch(`${url}/api/v1/runs/${id}/stream`, { signal: leave.signal })
  const { value } = await readEvents(response).next()
  assert.equal(value?.event, 'snapshot')
  leave.abort()
  await aborted.promise
})

test('a client that does not read holds back the reading of events', async (t) => {
  let pulled = 0
  const closed = Promise.withResolvers<void>()
  const change = { task: 'x'.repeat(60), state: 'running' as const, attempt: 1 }
  const changes = Array.from({ length: 500 }, () => change)
  const endless: RunService['events'] = async function* (_id, after) {
    try {
      for (let seq = after + 1; ; seq += 1) {
        pulled += 1
        yield { seq, at: new Date(0).toISOString(), run: 'running', changes }
        if (seq % 20 === 0) await delay(0)
      }
    } finally {
      closed.resolve()
    }
  }
  const { url, runs } = await startHttp(t, { watch: (real) => withEvents(real, endless) })
  const { id } = await submit(runs)
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.pause()
  socket.write(`GET /api/v1/runs/${id}/stream HTTP/1.1\r\nhost: localhost\r\n\r\n`)

  // Without backpressure it would never stand still, and the test would never end.
  for (let before = -1; pulled === 0 || before !== pulled; ) {
    before = pulled
    await delay(300)
  }
  const held = pulled
  socket.resume()
  while (pulled === held) await delay(10)
  socket.destroy()
  await closed.promise
})

test('a closing server ends its streams and refuses what comes after', async (t) => {
  const { server, url, runs } = await startHttp(t)
  const { id } = await submit(runs)
  const events = readEvents(await fetch(`${url}/api/v1/runs/${id}/stream`))
  assert.equal((await events.next()).value?.event, 'snapshot')
  const closed = closeServer(server, 60_000)
  const rest = await Array.fromAsync(events)
  assert.ok(rest.every(({ event }) => event === 'change'))
  await closed
})

test('cancelling a run ends its stream with the cancelled run', async (t) => {
  const { server, url, runs } = await startHttp(t)
  const { id } = await submit(runs)
  const events = readEvents(await fetch(`${url}/api/v1/runs/${id}/stream`))
  assert.equal((await events.next()).value?.event, 'snapshot')
  const reply = await server.inject({ method: 'POST', url: `/api/v1/runs/${id}/cancel` })
  assert.equal(reply.statusCode, 202)
  const rest = await Array.fromAsync(events)
  assert.equal(End.parse(rest.at(-1)?.data).run.state, 'cancelled')
})
