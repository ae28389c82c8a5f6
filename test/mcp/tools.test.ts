import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { CallToolResult, Client } from '@modelcontextprotocol/client'
import { AppError } from '../../src/shared/index.ts'
import { revisions, type StartedMcp, startHttpMcp, startStdioMcp } from './started-mcp.ts'

const transports: Readonly<Record<string, (t: TestContext) => Promise<StartedMcp>>> = {
  http: startHttpMcp,
  stdio: async (t) => startStdioMcp(t),
}

const workloads = [{ content: 'write docs' }, { content: 'write tests', depends_on: ['w1'] }]
const orchestrate = { repository: 'octo/shop', workloads }

function textOf({ content }: CallToolResult): string {
  const [first] = content
  return first?.type === 'text' ? first.text : ''
}

/** The structured answer, which the text must repeat. */
async function answer(client: Client, name: string, given: Record<string, unknown>) {
  const result = await client.callTool({ name, arguments: given })
  assert.notEqual(result.isError, true, textOf(result))
  assert.deepEqual(JSON.parse(textOf(result)), result.structuredContent)
  return Object(result.structuredContent)
}

async function refusal(client: Client, name: string, given: Record<string, unknown>) {
  const result = await client.callTool({ name, arguments: given })
  assert.equal(result.isError, true)
  return textOf(result)
}

for (const [transport, start] of Object.entries(transports)) {
  for (const revision of revisions) {
    test(`${transport}, ${revision}: a run is followed to its end, with progress`, async (t) => {
      const { ports, connect } = await start(t)
      const client = await connect(revision)
      const steps: number[] = []
      const call = client.callTool(
        { name: 'github_models_orchestrate', arguments: orchestrate },
        {
          onprogress: ({ progress, total, message }) => {
            steps.push(progress)
            assert.deepEqual([total, message], [2, 'run run1'])
          },
        },
      )
      await ports.untilFollowed()
      ports.endOne('run1')
      ports.endOne('run1', 'failed')
      const { structuredContent } = await call
      const { results, waits, ...rest } = Object(structuredContent)
      assert.deepEqual(steps, [0, 1, 2])
      assert.deepEqual(
        [rest.runId, rest.ended, rest.total, rest.next, rest.commentary, waits],
        ['run1', 2, 2, null, 'All in line.', []],
      )
      assert.equal(results[0].result, 'did w1')
      assert.equal(results[0].confidence, 0.9)
      assert.deepEqual(results[1].error, { code: 'model_failed', message: 'it broke' })
      assert.equal(ports.calls[0]?.caller?.via, 'mcp')
    })

    test(`${transport}, ${revision}: every tool answers with what its schema says`, async (t) => {
      const { connect } = await start(t)
      // The client checks structured content against the schemas that it listed.
      const client = await connect(revision)
      await client.listTools()
      const started = await answer(client, 'github_models_orchestrate', {
        ...orchestrate,
        wait_seconds: 0,
      })
      assert.equal(started.commentary, 'run1 is on its way.')
      assert.deepEqual(started.waits, [
        { reason: 'lane', subject: 'model sample', tasks: 2, frees: null },
      ])
      const analysis = await answer(client, 'github_models_analyze', {
        ...orchestrate,
        include_pilot_status: true,
      })
      assert.equal(analysis.pilot.verdict, 'EXTEND')
      const status = await answer(client, 'github_models_pilot', { action: 'status' })
      assert.deepEqual([status.pilot.phase, status.performance], ['canary', null])
      assert.equal(status.pilot.simulated, true)
      const metrics = await answer(client, 'github_models_pilot', {
        action: 'metrics',
        include_performance: true,
      })
      assert.deepEqual(
        [metrics.commentary, metrics.performance.windowMinutes],
        ['Neck and neck.', 60],
      )
      const configuration = await answer(client, 'github_models_pilot', { action: 'configuration' })
      assert.equal(configuration.pilot.candidate, 'new-model')
      assert.equal(configuration.pilot.simulated, true)
      const cancelled = await answer(client, 'maniple_cancel', { run_id: 'run1' })
      assert.equal(cancelled.state, 'cancelled')
      const seen = await answer(client, 'maniple_run', { run_id: 'run1', wait_seconds: 5, from: 1 })
      assert.deepEqual([seen.results.length, seen.results[0].id], [1, 'w2'])
    })

    test(`${transport}, ${revision}: failures are answers that name code and remedy`, async (t) => {
      const { ports, connect } = await start(t)
      const client = await connect(revision)
      const bad = await refusal(client, 'github_models_analyze', { repository: 'x', extra: 1 })
      assert.match(bad, /^request_invalid: repository: a repository as OWNER\/REPO; .*extra/)
      const nul = { repository: 'octo/shop', context: 'a\u0000b' }
      // Over HTTP the body is refused before it comes to the protocol.
      if (transport === 'http') await assert.rejects(refusal(client, 'github_models_analyze', nul))
      else
        assert.match(await refusal(client, 'github_models_analyze', nul), /^request_invalid: .*NUL/)
      const many = { repository: 'octo/shop', workloads: Array(150_000).fill(1) }
      assert.match(await refusal(client, 'github_models_analyze', many), /more than 100000 values/)
      const none = await refusal(client, 'maniple_run', { run_id: 'run9' })
      assert.equal(none, 'not_found: There is no run run9')
      ports.failure = new AppError('database_unavailable', 'secret at /var/db', {
        retryAfterMs: 1500,
      })
      const inside = await refusal(client, 'github_models_analyze', { repository: 'octo/shop' })
      assert.match(inside, /^database_unavailable: .* Try again in 2 s\.$/)
      assert.doesNotMatch(inside, /secret/)
      ports.failure = new Error('secret stack')
      assert.match(
        await refusal(client, 'github_models_analyze', { repository: 'octo/shop' }),
        /^internal: A fault in Maniple\./,
      )
      await assert.rejects(client.callTool({ name: 'no_such_tool', arguments: {} }), /not found/)
    })

    test(`${transport}, ${revision}: cancelling the call ends the waiting, not the run`, async (t) => {
      const { ports, connect } = await start(t)
      const client = await connect(revision)
      const stop = new AbortController()
      const call = client.callTool(
        { name: 'github_models_orchestrate', arguments: { ...orchestrate, idempotency_key: 'k' } },
        { signal: stop.signal },
      )
      await ports.untilFollowed()
      // Without sessions, a 2025-era cancellation over HTTP comes as a request of its own, which
      // cannot be matched; that the client leaves can.
      if (transport === 'http' && revision === '2025-11-25') void client.close()
      else stop.abort()
      await assert.rejects(call)
      await ports.untilFollowed(0)
      assert.ok(!ports.calls.some(({ what }) => what.startsWith('cancel')))
      assert.equal((await ports.runs.get('run1')).state, 'queued')
      // The same key leads back to it, should its id have been lost.
      const again = { ...orchestrate, idempotency_key: 'k', wait_seconds: 0 }
      const later = await connect(revision)
      assert.equal((await answer(later, 'github_models_orchestrate', again)).runId, 'run1')
    })

    test(`${transport}, ${revision}: two clients wait at once, each for its own run`, async (t) => {
      const { ports, connect } = await start(t)
      const clients = await Promise.all([connect(revision), connect(revision)])
      const calls = clients.map((client) =>
        answer(client, 'github_models_orchestrate', orchestrate),
      )
      await ports.untilFollowed(2)
      for (const id of ['run2', 'run1']) {
        ports.endOne(id)
        ports.endOne(id)
      }
      const answers = await Promise.all(calls)
      assert.deepEqual(answers.map(({ runId }) => runId).sort(), ['run1', 'run2'])
    })
  }
}

test('a wide run is shown page by page, every result once and whole', async (t) => {
  const { ports, connect } = await startHttpMcp(t)
  const client = await connect('2026-07-28')
  const wide = Array.from({ length: 250 }, () => ({ content: 'x' }))
  let page = await answer(client, 'github_models_orchestrate', {
    ...orchestrate,
    workloads: wide,
    wait_seconds: 0,
  })
  const ids: string[] = []
  for (;;) {
    for (const { id } of page.results) ids.push(id)
    if (page.next === null) break
    page = await answer(client, 'maniple_run', { run_id: 'run1', from: page.next })
  }
  assert.equal(new Set(ids).size, 250)
  assert.equal(ids.length, 250)
  assert.equal(ports.calls[0]?.what, 'submit 250')
})
