import { createCaller } from '../call/create-caller.ts'
import { checkApiKey, parseEndpoint } from '../call/endpoint.ts'
import { openOnce } from '../call/open-once.ts'
import type {
  ModelPorts,
  OpenAiCompatibleSettings,
  ProviderClient,
  ProviderFactory,
} from '../contract.ts'
import { loadSdk } from './load-sdk.ts'

type ChatSettings = Omit<OpenAiCompatibleSettings, 'provider'> & {
  /** For display: its id begins with it. */
  readonly label: string
  readonly simulated: boolean
}

/** Any endpoint of that protocol: OpenAI, Ollama, vLLM and many more. */
export const createOpenAiCompatibleClient: ProviderFactory<OpenAiCompatibleSettings> = (
  settings,
  ports,
) => createChatClient({ ...settings, label: 'openai-compatible', simulated: false }, ports)

/** Throws `config_invalid` for a bad base URL or key. */
export function createChatClient(settings: ChatSettings, ports: ModelPorts): ProviderClient {
  const { apiKey, model, simulated, timeoutMs, structuredOutputs = true } = settings
  checkApiKey(apiKey)
  const { baseUrl, query } = parseEndpoint(settings.baseUrl)
  const id = `${settings.label}/${model}`
  const open = openOnce(async () => {
    const { createOpenAICompatible, isCallError } = await loadSdk()
    const provider = createOpenAICompatible({
      name: 'openaiCompatible',
      baseURL: baseUrl,
      queryParams: { ...query },
      supportsStructuredOutputs: structuredOutputs,
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(isOpenAi(baseUrl) ? { transformRequestBody: withNewLimit } : {}),
    })
    return { model: provider(model), isCallError, secrets: apiKey === undefined ? [] : [apiKey] }
  })
  const takesSchema = structuredOutputs
  const call = createCaller({ id, baseUrl, timeoutMs, open, takesSchema }, ports)
  if (!takesSchema || simulated) return { id, simulated, takesSchema, call }
  return { id, simulated, takesSchema, call, ifSchemaIgnored }
}

/** Many local servers take `response_format` and answer as they like. */
const ifSchemaIgnored =
  'set structuredOutputs: false for it under `models`, if its API does not heed response_format'

const isOpenAi = (baseUrl: string): boolean => new URL(baseUrl).hostname === 'api.openai.com'

/** OpenAI's reasoning models refuse `max_tokens`; most other endpoints know nothing else. */
function withNewLimit({ max_tokens, ...body }: Record<string, unknown>): Record<string, unknown> {
  return max_tokens === undefined ? body : { ...body, max_completion_tokens: max_tokens }
}
