import type { ModelClientFactory, SimulatedSettings } from '../contract.ts'
import { createOpenAiCompatibleClient } from '../openai-compatible/create-client.ts'

/** The real client, pointed at the simulated provider and labelled so. */
export const createSimulatedClient: ModelClientFactory<SimulatedSettings> = (settings, ports) => {
  const model = settings.model ?? 'simulated-model'
  const apiKey = settings.apiKey ?? 'simulated'
  const client = createOpenAiCompatibleClient(
    { ...settings, provider: 'openai-compatible', model, apiKey },
    ports,
  )
  return { ...client, id: `simulated/${model}`, simulated: true }
}
