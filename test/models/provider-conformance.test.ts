import type { ModelSettings } from '../../src/models/index.ts'
import { type Fault, startSimulatedProvider } from '../../src/simulation/index.ts'
import { startAimock } from './aimock-stage.ts'
import { type Outcome, providerConformance, type Stage } from './provider-conformance.ts'

const faults: Readonly<Record<Outcome, Fault | null>> = {
  answer: null,
  'cut-off': 'truncated',
  empty: 'empty',
  gone: 'gone',
  hang: 'hang',
  malformed: 'malformed',
  'rate-limited': 'rate-limited',
  reset: 'reset',
  'server-error': 'server-error',
  unfit: 'unfit',
}

const common = { concurrency: 5, timeoutMs: 30_000 }

/** Our own server, reached as `reach` says. */
const simulated =
  (
    model: string,
    reach: (place: { baseUrl: string; apiKey: string; model: string }) => ModelSettings,
  ) =>
  async (): Promise<Stage> => {
    const options = { seed: 1, latencyMs: 0, retryAfterMs: 2000, models: [model] }
    const provider = await startSimulatedProvider(options)
    const { baseUrl, apiKey } = provider
    return {
      settings: reach({ baseUrl, apiKey, model }),
      apiKey,
      answeredBy: model,
      order: (...outcomes) => provider.failNext(...outcomes.map((outcome) => faults[outcome])),
      arrived: () => provider.calls().length,
      eventIds: () => provider.calls().map(({ eventId }) => eventId),
      [Symbol.asyncDispose]: provider.close,
    }
  }

providerConformance(
  'the simulated client at our server',
  simulated('simulated-model', (place) => ({ provider: 'simulated', ...place, ...common })),
)
providerConformance(
  'the OpenAI-compatible client at our server',
  simulated('gpt-x', (place) => ({ provider: 'openai-compatible', ...place, ...common })),
)
providerConformance(
  'the Azure client at our server',
  simulated('my-deployment', (place) => ({ provider: 'azure-foundry', ...place, ...common })),
)
// The SDK asks models it knows by `output_config.format`, others by a tool that must be called.
providerConformance(
  'the Anthropic client at our server',
  simulated('claude-sonnet-4-5', (place) => ({ provider: 'anthropic', ...place, ...common })),
)
providerConformance(
  'the Anthropic client, model unknown to the SDK, at our server',
  simulated('some-model', (place) => ({ provider: 'anthropic', ...place, ...common })),
)

const { model, apiKey } = { model: 'claude-sonnet-4-5', apiKey: 'aimock-key-0123456789' }
const place = { apiKey, ...common }

providerConformance('the OpenAI-compatible client at aimock', () =>
  startAimock({ model: 'gpt-x', apiKey }, (url) => ({
    provider: 'openai-compatible',
    baseUrl: `${url}/v1`,
    model: 'gpt-x',
    ...place,
  })),
)
providerConformance('the OpenAI-compatible client, the schema in the prompt, at aimock', () =>
  startAimock({ model: 'gpt-x', apiKey }, (url) => ({
    provider: 'openai-compatible',
    baseUrl: `${url}/v1`,
    model: 'gpt-x',
    structuredOutputs: false,
    ...place,
  })),
)
providerConformance('the Anthropic client at aimock', () =>
  startAimock({ model, apiKey }, (url) => ({
    provider: 'anthropic',
    baseUrl: `${url}/v1`,
    model,
    ...place,
  })),
)
providerConformance('the Azure client and a model router at aimock', () =>
  startAimock({ model: 'model-router', apiKey, answeredBy: 'gpt-5-mini-2025-08-07' }, (url) => ({
    provider: 'azure-foundry',
    baseUrl: `${url}/openai`,
    apiVersion: '2024-10-21',
    model: 'model-router',
    ...place,
  })),
)
