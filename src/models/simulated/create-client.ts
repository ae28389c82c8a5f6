import type { ProviderFactory, SimulatedSettings } from '../contract.ts'
import { createChatClient } from '../openai-compatible/create-client.ts'

/** The real client, pointed at the simulated provider and labelled so. */
export const createSimulatedClient: ProviderFactory<SimulatedSettings> = (settings, ports) => {
  const model = settings.model ?? 'simulated-model'
  const apiKey = settings.apiKey ?? 'simulated-api-key'
  return createChatClient(
    { ...settings, label: 'simulated', model, apiKey, simulated: true },
    ports,
  )
}
