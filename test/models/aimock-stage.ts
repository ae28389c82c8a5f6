import { type ChaosConfig, type FixtureResponse, LLMock } from '@copilotkit/aimock'
import type { ModelSettings } from '../../src/models/index.ts'
import type { Outcome, Stage } from './provider-conformance.ts'

const fitting = JSON.stringify({ title: 'A plan', steps: ['Do it.'], risk: 'low' })

type Served = { readonly model: string; readonly apiKey: string; readonly answeredBy?: string }

/**
 * aimock is an implementation of these protocols that is not ours. It can do everything asked of it
 * by itself, so nothing of ours stands between it and the client: no proxy.
 */
export async function startAimock(
  { model, apiKey, answeredBy = model }: Served,
  reach: (url: string) => ModelSettings,
): Promise<Stage> {
  const mock = new LLMock({ port: 0, logLevel: 'silent', auth: { apiKeys: [apiKey] } })
  const ordered: Outcome[] = []
  const hanging = new AbortController()
  let arrived = 0
  mock.on({ model }, (request) => {
    arrived += 1
    const usage = usageOf(JSON.stringify(request.messages).length)
    const outcome = ordered.shift() ?? 'answer'
    return respond(outcome, { model: answeredBy, usage }, hanging.signal)
  })
  await mock.start()
  return {
    settings: reach(mock.url),
    apiKey,
    answeredBy,
    order: (...outcomes) => {
      const [first] = outcomes
      const chaos = first === undefined ? undefined : chaosFor[first]
      if (chaos === undefined) ordered.push(...outcomes)
      else mock.setChaos(chaos)
    },
    arrived: () => arrived,
    eventIds: () => mock.getRequests().map(({ headers }) => headers['x-maniple-event-id'] ?? null),
    [Symbol.asyncDispose]: async () => {
      hanging.abort()
      await mock.stop()
    },
  }
}

/** What aimock does to every call from then on. */
const chaosFor: Partial<Record<Outcome, ChaosConfig>> = {
  malformed: { malformedRate: 1 },
  reset: { disconnectRate: 1 },
}

/** In both vendors' words; by itself aimock reports no tokens as Anthropic. */
function usageOf(promptLength: number): Record<string, number> {
  const input = Math.ceil(promptLength / 4)
  const openAi = { prompt_tokens: input, completion_tokens: 20, total_tokens: input + 20 }
  return { ...openAi, input_tokens: input, output_tokens: 20 }
}

async function respond(
  outcome: Outcome,
  overrides: { readonly model: string; readonly usage: Record<string, number> },
  hanging: AbortSignal,
): Promise<FixtureResponse> {
  switch (outcome) {
    case 'rate-limited':
      return { error: { message: 'Slow down.' }, status: 429, retryAfter: 2 }
    case 'server-error':
      return { error: { message: 'Overloaded.' }, status: 500 }
    case 'gone':
      return { error: { message: 'Retired.' }, status: 410 }
    case 'empty':
      return { content: '', ...overrides }
    case 'unfit':
      return { content: '["unfit"]', ...overrides }
    case 'cut-off':
      return { content: fitting.slice(0, 12), finishReason: 'length', ...overrides }
    case 'hang':
      await new Promise((resolve) => hanging.addEventListener('abort', resolve))
      return { content: 'Too late.', ...overrides }
    default:
      return { content: fitting, ...overrides }
  }
}
