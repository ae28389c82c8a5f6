import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { createModelClient } from '../../src/models/index.ts'
import { AppError, type Clock } from '../../src/shared/index.ts'
import {
  type FaultRates,
  type SimulatedProvider,
  startSimulatedProvider,
} from '../../src/simulation/index.ts'

const clientOf = ({ baseUrl }: SimulatedProvider, timeoutMs = 30_000) =>
  createModelClient({ provider: 'simulated', baseUrl, concurrency: 200, timeoutMs })

/** Lets no call go on before `count` of them are there: with fewer sockets they would time out. */
function clockThatGathers(count: number): Clock {
  const all = Promise.withResolvers<void>()
  let there = 0
  const sleep = (): Promise<void> => {
    there += 1
    if (there === count) all.resolve()
    return all.promise
  }
  return { now: Date.now, sleep }
}

function ask(client: ReturnType<typeof clientOf>, prompt: string) {
  return client.generate({ system: 'Rules.', prompt, signal: new AbortController().signal })
}

describe('the simulated client', () => {
  it('is labelled, and reaches the provider with its defaults', async () => {
    await using provider = await startSimulatedProvider({ seed: 1, latencyMs: 0 })
    const client = clientOf(provider)
    assert.deepEqual(
      [client.id, client.simulated, client.concurrency],
      ['simulated/simulated-model', true, 200],
    )
    const reply = await ask(client, 'Write the manual.')
    assert.match(reply.text, /^\[simulated\] Write the manual\./)
    assert.equal(reply.finishReason, 'stop')
    assert.ok(reply.inputTokens > 0 && reply.outputTokens > 0)
    assert.deepEqual(await ask(client, 'Write the manual.'), reply)
  })

  it('has 200 calls in flight at once', async () => {
    await using provider = await startSimulatedProvider({ seed: 1, clock: clockThatGathers(200) })
    const client = clientOf(provider)
    const prompts = Array.from({ length: 200 }, (_, index) => `Task ${index}`)
    const replies = await Promise.all(prompts.map((prompt) => ask(client, prompt)))
    assert.equal(new Set(replies.map((reply) => reply.text)).size, 200)
    assert.deepEqual(provider.stats(), {
      calls: 200,
      byStatus: { 200: 200 },
      byModel: { 'simulated-model': 200 },
      maxConcurrent: 200,
    })
  })

  const faults: readonly (readonly [FaultRates, string, boolean])[] = [
    [{ rate429: 1 }, 'model_rate_limited', true],
    [{ rate500: 1 }, 'model_failed', true],
    [{ rateTimeout: 1 }, 'model_failed', true],
    [{ rateReset: 1 }, 'model_failed', true],
    [{ rateEmpty: 1 }, 'model_failed', true],
    [{ rateFiltered: 1 }, 'model_failed', false],
    [{ rateMalformed: 1 }, 'model_failed', true],
  ]
  for (const [rates, code, isRetryable] of faults) {
    it(`turns ${Object.keys(rates).join()} into ${code}`, async () => {
      const retryAfterMs = 2500
      const options = { seed: 1, latencyMs: 0, faults: rates, retryAfterMs }
      await using provider = await startSimulatedProvider(options)
      const client = clientOf(provider, rates.rateTimeout === 1 ? 200 : 30_000)
      await assert.rejects(ask(client, 'Task'), (error) => {
        assert.ok(error instanceof AppError)
        assert.deepEqual([error.code, error.isRetryable], [code, isRetryable])
        assert.equal(error.retryAfterMs, rates.rate429 === 1 ? retryAfterMs : undefined)
        assert.match(error.message, /simulated\/simulated-model/)
        return true
      })
    })
  }

  it('is told of a refused key and of an unknown model', async () => {
    await using provider = await startSimulatedProvider({ seed: 1, latencyMs: 0 })
    const settings = { baseUrl: provider.baseUrl, concurrency: 1, timeoutMs: 30_000 }
    const wrong = { provider: 'openai-compatible', apiKey: 'sk-other', ...settings } as const
    const refused = createModelClient({ ...wrong, model: 'simulated-model' })
    await assert.rejects(ask(refused, 'Task'), (error) => {
      assert.ok(error instanceof AppError && error.code === 'model_auth')
      assert.ok(error.message.includes('[API key]') && !error.message.includes('sk-other'))
      return true
    })
    const unknown = createModelClient({ ...wrong, apiKey: provider.apiKey, model: 'gpt-9' })
    await assert.rejects(ask(unknown, 'Task'), /openai-compatible\/gpt-9 answered 404/)
  })

  it('prints nothing, and leaves nothing open', async () => {
    await using provider = await startSimulatedProvider({ seed: 1, latencyMs: 0 })
    const index = new URL('../../src/models/index.ts', import.meta.url).href
    const settings = { baseUrl: provider.baseUrl, concurrency: 1, timeoutMs: 600_000 }
    const script = `
      const { createModelClient } = await import(${JSON.stringify(index)})
      const settings = { provider: 'simulated', ...${JSON.stringify(settings)} }
      const { signal } = new AbortController()
      await createModelClient(settings).generate({ system: 's', prompt: 'p', signal })`
    const args = ['--input-type=module', '--eval', script]
    const ended = await promisify(execFile)(process.execPath, args, { timeout: 60_000 })
    assert.deepEqual(ended, { stdout: '', stderr: '' })
    assert.equal(provider.stats().calls, 1)
  })
})
