import type { ModelClient } from '../contracts/index.ts'
import { systemClock } from '../shared/index.ts'
import type { ModelClientFactory, ModelPorts, ModelSettings } from './contract.ts'
import { createOpenAiCompatibleClient } from './openai-compatible/create-client.ts'
import { createSimulatedClient } from './simulated/create-client.ts'

const factories: {
  readonly [P in ModelSettings['provider']]: ModelClientFactory<
    Extract<ModelSettings, { provider: P }>
  >
} = {
  'openai-compatible': createOpenAiCompatibleClient,
  simulated: createSimulatedClient,
}

/** A client for the configured provider; nothing is loaded or called yet. Throws `config_invalid`. */
export function createModelClient(
  settings: ModelSettings,
  ports: ModelPorts = { clock: systemClock },
): ModelClient {
  switch (settings.provider) {
    case 'openai-compatible':
      return factories['openai-compatible'](settings, ports)
    case 'simulated':
      return factories.simulated(settings, ports)
  }
}
