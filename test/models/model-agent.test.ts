import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, describe, it } from 'node:test'
import type { AgentResult } from '../../src/contracts/index.ts'
import { AppError, type JsonObject } from '../../src/shared/index.ts'
import { startSimulatedProvider } from '../../src/simulation/index.ts'
import { testDatabase } from '../support/test-database.ts'
import { type AgentStage, modelAgentStage, routedTask } from './model-agent-stage.ts'

const model = 'simulated-model'
const price = { inputUsdPerMillion: 1, outputUsdPerMillion: 2 }
const task = routedTask([model])

async function answer(stage: AgentStage, one = task): Promise<AgentResult> {
  const result = await stage.agent.perform(one, stage.context())
  assert.ok(result !== null && !('parked' in result), 'the gateway answers')
  return result
}

const faulty = (fault: string) => modelAgentStage({ [`simulation.faults.${fault}`]: 1 })

const external = (baseUrl: string, more: object = {}) => ({
  models: { [model]: { provider: 'openai-compatible', baseUrl, model: 'm', ...more } },
})

/** An API whose every answer is this text, and that tells neither usage nor a decent model name. */
async function terseApi(content: string) {
  const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }]
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ id: '1', created: 1, model: 'm\0\ud83d', choices }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const close = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
  }
  return { baseUrl: `http://127.0.0.1:${address.port}/v1`, [Symbol.asyncDispose]: close }
}

describe('the model agent', () => {
  it('turns a task into text, with cost and label', async () => {
    await using stage = await modelAgentStage({
      models: { [model]: { provider: 'simulated', price } },
    })
    const { output, cost, simulated } = await answer(stage)
    const { text, latencyMs, tokens, costUsd, ...rest } = output
    assert.ok(typeof text === 'string')
    assert.match(text, /^\[simulated\] Task "Build the cart", type "code_generation"/)
    assert.deepEqual(rest, {
      ...{ model, specialist: 'code_generation', confidence: null, finishReason: 'stop' },
      ...{ fallback: false, repaired: false, answeredBy: model },
    })
    const { input_tokens: input = 0, output_tokens: written = 0, usd } = cost
    assert.deepEqual(tokens, { input, output: written })
    assert.ok(input > 200 && written > 20)
    assert.equal(usd, (input + 2 * written) / 1e6)
    assert.equal(costUsd, usd)
    assert.equal(simulated, true)
    assert.ok(typeof latencyMs === 'number' && latencyMs >= 0)
    const again = await answer(stage, { ...task, attempt: 2 })
    assert.deepEqual(again, { ...again, output: { ...output, latencyMs: again.output.latencyMs } })
    assert.deepEqual(
      stage.kept.map(({ kind }) => kind),
      ['call', 'audit', 'call', 'audit'],
    )
  })

  it('gives how sure the model is, where it is asked', async () => {
    await using stage = await modelAgentStage({})
    const { output } = await answer(stage, routedTask([model], { isStructured: true }))
    assert.match(String(output.text), /^\[simulated\] Task "Build the cart"/)
    assert.ok(typeof output.confidence === 'number')
    assert.ok(output.confidence > 0 && output.confidence <= 1)
  })

  it('leaves the lanes to its models', async () => {
    await using stage = await modelAgentStage({ 'run.modelSlots': 50 })
    const { name, defaultSlots, lanes, close } = stage.agent
    assert.deepEqual([name, defaultSlots, lanes, close], ['model', 50, [], undefined])
  })

  it('marks a text that was cut short', async () => {
    await using stage = await faulty('rateTruncated')
    const { output } = await answer(stage)
    assert.deepEqual([output.truncated, output.finishReason], [true, 'length'])
  })

  it('says not now when the provider asks for a rest, and hands failures on', async () => {
    await using limited = await faulty('rate429')
    assert.equal(await limited.agent.perform(task, limited.context()), null)
    assert.equal(await limited.shut(model), 'rate')
    await using broken = await faulty('rate500')
    await assert.rejects(broken.agent.perform(task, broken.context()), {
      code: 'model_failed',
      isRetryable: true,
    })
    await using provider = await startSimulatedProvider({ seed: 1, faults: { rateGone: 1 } })
    const { baseUrl, apiKey } = provider
    await using gone = await modelAgentStage(external(baseUrl, { apiKey, model }))
    await assert.rejects(gone.agent.perform(task, gone.context()), {
      code: 'model_gone',
      isRetryable: false,
    })
  })

  it('hands the reason of an abort on as it is', async () => {
    await using provider = await startSimulatedProvider({ seed: 1, faults: { rateTimeout: 1 } })
    const { baseUrl, apiKey } = provider
    await using hanging = await modelAgentStage(external(baseUrl, { apiKey, model }))
    const stop = new AbortController()
    const reason = new AppError('task_timeout', 'The task took longer than 1 s.')
    const performing = hanging.agent.perform(task, hanging.context(stop.signal))
    while (provider.stats().calls === 0) await new Promise((go) => setTimeout(go, 5))
    stop.abort(reason)
    await assert.rejects(performing, (error) => error === reason)
  })

  it('refuses a task that nobody routed', async () => {
    await using stage = await modelAgentStage({})
    const lost = { ...task, routing: null }
    await assert.rejects(stage.agent.perform(lost, stage.context()), { code: 'internal' })
  })

  it('stores nothing that the database cannot hold', async () => {
    await using api = await terseApi(`a\0b\ud83dc${'z'.repeat(300_000)}`)
    await using stage = await modelAgentStage(external(api.baseUrl))
    const { output, simulated } = await answer(stage)
    assert.ok(typeof output.text === 'string')
    assert.match(output.text, /^ab\ufffdcz+$/)
    assert.deepEqual([Buffer.byteLength(output.text), output.truncated], [200_000, true])
    assert.equal('answeredBy' in output, false)
    assert.equal(simulated, false)
  })

  it('does not take a call for free whose usage the provider does not tell', async () => {
    await using api = await terseApi('Done.')
    const cap = { scope: 'all', period: 'day', unit: 'usd', amount: 5 }
    await using stage = await modelAgentStage({
      ...external(api.baseUrl, { price }),
      budgets: [cap, { ...cap, unit: 'tokens', amount: 100_000 }],
    })
    const { output, cost } = await answer(stage)
    assert.deepEqual([output.tokens, output.costUsd], [{ input: null, output: null }, null])
    assert.deepEqual(cost, {})
    const parts = stage.kept.flatMap((one) => (one.kind === 'settlement' ? one.record.parts : []))
    assert.equal(parts.length, 2)
    for (const { reserved, actual } of parts) assert.ok(reserved > 0 && actual === reserved)
  })
})

describe('the fingerprint of a model’s result', () => {
  const shared = testDatabase()
  after(async () => await (await shared)[Symbol.asyncDispose]())
  const fingerprint = async (overrides: Readonly<Record<string, unknown>>, one = task) => {
    await using stage = await modelAgentStage(overrides, await shared)
    return await stage.agent.fingerprint(one)
  }
  const url = 'http://127.0.0.1:1/v1'

  it('is the same for the same model, provider and instructions only', async () => {
    const plain = await fingerprint(external(url))
    assert.equal(await fingerprint(external(url, { concurrency: 3, apiKey: 'another' })), plain)
    assert.equal(await fingerprint(external(`${url}/?key=hush`)), plain)
    const instructions = { code_generation: { instructions: 'Be brief.' } }
    const others = [
      await fingerprint(external(url, { model: 'b' })),
      await fingerprint(external('https://api.example.com/v1')),
      await fingerprint({ models: { [model]: { provider: 'simulated', model: 'm' } } }),
      await fingerprint({ ...external(url), specialists: instructions }),
      await fingerprint({ ...external(url), 'orchestration.maxOutputTokens': 17 }),
      await fingerprint(external(url), routedTask([model], { isStructured: true })),
    ]
    assert.equal(new Set([plain, ...others]).size, 7)
  })

  it('is the same for the same results of what came before only', async () => {
    await using stage = await modelAgentStage({}, await shared)
    const following = (output: JsonObject) =>
      stage.agent.fingerprint({ ...task, dependencies: [{ taskId: 'schema', output }] })
    const plain = await following({ text: 'Table cart.', latencyMs: 3 })
    assert.equal(await following({ text: 'Table cart.', latencyMs: 4 }), plain)
    const others = [await stage.agent.fingerprint(task), await following({ text: 'Table basket.' })]
    assert.equal(new Set([plain, ...others]).size, 3)
  })

  it('is the same for simulated answers after a restart, which repeat', async () => {
    assert.equal(await fingerprint({}), await fingerprint({}))
    await using stage = await modelAgentStage({}, await shared)
    const output = { text: 'Done.', model: 'a', finishReason: 'stop' }
    assert.equal(await stage.agent.reuse(task, output, stage.context()), output)
  })
})
