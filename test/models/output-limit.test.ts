import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createModelClient } from '../../src/models/index.ts'
import { startSimulatedProvider } from '../../src/simulation/index.ts'

for (const provider of ['anthropic', 'azure-foundry', 'openai-compatible', 'simulated'] as const) {
  it(`${provider} keeps an answer as short as asked`, async () => {
    await using server = await startSimulatedProvider({ seed: 1, latencyMs: 0 })
    const { baseUrl, apiKey } = server
    const common = { baseUrl, apiKey, model: 'simulated-model', concurrency: 1, timeoutMs: 30_000 }
    const client = createModelClient({ provider, ...common })
    const { signal } = new AbortController()
    const request = { system: 's', prompt: 'Write a long text.', signal }
    const whole = await client.generate(request)
    assert.equal(whole.finishReason, 'stop')
    const cut = await client.generate({ ...request, maxOutputTokens: 3 })
    assert.deepEqual([cut.finishReason, cut.outputTokens], ['length', 3])
  })
}
