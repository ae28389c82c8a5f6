import { createModelClient, type ModelSettings } from '../../src/models/index.ts'
import { type OpenCaller, question } from './contract.ts'

/** How Maniple and the layer below it reach the provider. */
export function instantSettings(baseUrl: string): ModelSettings {
  return {
    provider: 'openai-compatible',
    baseUrl,
    model: question.model,
    concurrency: 1000,
    timeoutMs: 60_000,
    requestsPerMinute: 100_000_000,
    tokensPerMinute: 1_000_000_000_000,
    price: { inputUsdPerMillion: 0.25, outputUsdPerMillion: 2 },
  }
}

/** The AI SDK's provider layer as Maniple uses it, without the gateway: the base. */
export function openProviderLayer(baseUrl: string): OpenCaller {
  const client = createModelClient(instantSettings(baseUrl))
  const { system, prompt, maxOutputTokens } = question
  return {
    call: async () => {
      const { signal } = new AbortController()
      await client.generate({ system, prompt, maxOutputTokens, signal })
    },
    settled: async () => {},
    stop: async () => {},
  }
}
