import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, it } from 'node:test'
import { createModelAgent } from '../../src/agents/index.ts'
import type { AgentContext, AgentTask } from '../../src/contracts/index.ts'
import { createModelClient } from '../../src/models/index.ts'
import { AppError } from '../../src/shared/index.ts'
import { type FaultRates, startSimulatedProvider } from '../../src/simulation/index.ts'

const task: AgentTask = {
  runId: 'run-1',
  runTitle: 'Shop',
  taskId: 'cart',
  title: 'Build the cart',
  type: 'code_generation',
  attempt: 1,
  instructions: 'Write the cart.',
  dependencies: [],
}

const context = (signal = new AbortController().signal): AgentContext => ({
  signal,
  stillOurs: async () => true,
})

async function simulatedAgent(faults: FaultRates = {}) {
  const provider = await startSimulatedProvider({ seed: 1, latencyMs: 0, faults })
  const settings = { baseUrl: provider.baseUrl, concurrency: 7, timeoutMs: 30_000 }
  const client = createModelClient({ provider: 'simulated', ...settings })
  const agent = createModelAgent({ name: 'model', client, defaultSlots: 50 })
  return { agent, provider, [Symbol.asyncDispose]: provider.close }
}

describe('the model agent', () => {
  it('turns a task into text, with cost and label', async () => {
    await using simulated = await simulatedAgent()
    const { agent } = simulated
    const result = await agent.perform(task, context())
    const { text, ...rest } = result.output
    assert.ok(typeof text === 'string')
    assert.match(text, /^\[simulated\] Task "Build the cart", type "code_generation"/)
    assert.deepEqual(rest, { model: 'simulated/simulated-model', finishReason: 'stop' })
    assert.equal(result.simulated, true)
    assert.ok((result.cost.input_tokens ?? 0) > 200 && (result.cost.output_tokens ?? 0) > 20)
    assert.deepEqual(Object.keys(result.cost), ['input_tokens', 'output_tokens'])
    assert.deepEqual(await agent.perform({ ...task, attempt: 2 }, context()), result)
  })

  it('takes one lane, its client’s', async () => {
    await using simulated = await simulatedAgent()
    const { name, defaultSlots, lanes, close } = simulated.agent
    assert.deepEqual([name, defaultSlots, close], ['model', 50, undefined])
    assert.deepEqual(lanes, [{ name: 'model:simulated/simulated-model', capacity: 7 }])
  })

  it('marks a text that was cut short', async () => {
    await using simulated = await simulatedAgent({ rateTruncated: 1 })
    const { output } = await simulated.agent.perform(task, context())
    assert.deepEqual([output.truncated, output.finishReason], [true, 'length'])
  })

  it('hands failures and aborts on as they are', async () => {
    await using limited = await simulatedAgent({ rate429: 1 })
    await assert.rejects(limited.agent.perform(task, context()), {
      code: 'model_rate_limited',
      retryAfterMs: 1000,
    })
    await using hanging = await simulatedAgent({ rateTimeout: 1 })
    const stop = new AbortController()
    const reason = new AppError('task_timeout', 'The task took longer than 1 s.')
    const performing = hanging.agent.perform(task, context(stop.signal))
    while (hanging.provider.stats().calls === 0) await new Promise((go) => setTimeout(go, 5))
    stop.abort(reason)
    await assert.rejects(performing, (error) => error === reason)
  })

  it('stores nothing that the database cannot hold', async () => {
    const message = { role: 'assistant', content: `a\0b\ud83dc${'z'.repeat(300_000)}` }
    const choices = [{ index: 0, message, finish_reason: 'stop' }]
    const server = createServer((request, response) => {
      request.resume()
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ id: '1', created: 1, model: 'm', choices }))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert.ok(typeof address === 'object' && address !== null)
    try {
      const client = createModelClient({
        provider: 'openai-compatible',
        baseUrl: `http://127.0.0.1:${address.port}/v1`,
        model: 'm',
        concurrency: 1,
        timeoutMs: 30_000,
      })
      const agent = createModelAgent({ name: 'model', client, defaultSlots: 50 })
      const { output, simulated } = await agent.perform(task, context())
      assert.ok(typeof output.text === 'string')
      assert.match(output.text, /^ab\ufffdcz+$/)
      assert.deepEqual([Buffer.byteLength(output.text), output.truncated], [200_000, true])
      assert.equal(simulated, false)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  it('may reuse results of the same model, provider and instructions only', async () => {
    const settings = { baseUrl: 'http://127.0.0.1:1/v1', concurrency: 1, timeoutMs: 1000 }
    const fingerprint = (more: { model?: string; instructions?: string; endpoint?: string }) => {
      const { model = 'a', ...options } = more
      const client = createModelClient({ provider: 'openai-compatible', model, ...settings })
      const agent = createModelAgent({ name: 'model', client, defaultSlots: 1, ...options })
      return agent.fingerprint(task)
    }
    const plain = await fingerprint({})
    assert.equal(await fingerprint({}), plain)
    const endpoint = 'https://api.example.com/v1'
    const others = [
      await fingerprint({ model: 'b' }),
      await fingerprint({ instructions: 'Be brief.' }),
      await fingerprint({ endpoint }),
    ]
    assert.equal(new Set([plain, ...others]).size, 4)
    const spelled = 'https://me:hush@api.example.com/v1/?key=hush'
    assert.equal(await fingerprint({ endpoint: spelled }), others[2])
    await using simulated = await simulatedAgent()
    const output = { text: 'Done.', model: 'a', finishReason: 'stop' }
    assert.equal(await simulated.agent.reuse(task, output, context()), output)
  })
})
