import { createCaller } from '../call/create-caller.ts'
import { checkApiKey, parseEndpoint, refuseQuery } from '../call/endpoint.ts'
import { openOnce } from '../call/open-once.ts'
import type { AnthropicSettings, ProviderFactory } from '../contract.ts'
import { loadSdk } from './load-sdk.ts'

/** Anthropic's Messages API, or whatever speaks it. */
export const createAnthropicClient: ProviderFactory<AnthropicSettings> = (settings, ports) => {
  const { apiKey, model, timeoutMs } = settings
  checkApiKey(apiKey)
  const endpoint = parseEndpoint(settings.baseUrl ?? 'https://api.anthropic.com/v1')
  refuseQuery(endpoint, 'leave it out')
  const { baseUrl } = endpoint
  const id = `anthropic/${model}`
  const open = openOnce(async () => {
    const { createAnthropic, isCallError } = await loadSdk()
    const provider = createAnthropic({ baseURL: baseUrl, apiKey })
    return { model: provider(model), isCallError, secrets: [apiKey] }
  })
  const call = createCaller({ id, baseUrl, timeoutMs, open, takesSchema: true }, ports)
  return { id, simulated: false, takesSchema: true, call }
}
