import type { ModelClient } from '../contracts/index.ts'
import { systemClock } from '../shared/index.ts'
import { createAnthropicClient } from './anthropic/create-client.ts'
import { loadSdk as loadAnthropic } from './anthropic/load-sdk.ts'
import { createAzureFoundryClient } from './azure-foundry/create-client.ts'
import { loadSdk as loadAzure } from './azure-foundry/load-sdk.ts'
import type { ModelPorts, ModelSettings, ProviderClient, ProviderFactory } from './contract.ts'
import { createOpenAiCompatibleClient } from './openai-compatible/create-client.ts'
import { loadSdk as loadOpenAiCompatible } from './openai-compatible/load-sdk.ts'
import { createSimulatedClient } from './simulated/create-client.ts'
import { generateStructured } from './structured/generate-structured.ts'

type ProviderName = ModelSettings['provider']

type Provider<P extends ProviderName> = {
  readonly create: ProviderFactory<Extract<ModelSettings, { provider: P }>>
  /** Loads what the first call would otherwise wait for. */
  readonly load: () => Promise<unknown>
}

const providers: { readonly [P in ProviderName]: Provider<P> } = {
  anthropic: { create: createAnthropicClient, load: loadAnthropic },
  'azure-foundry': { create: createAzureFoundryClient, load: loadAzure },
  'openai-compatible': { create: createOpenAiCompatibleClient, load: loadOpenAiCompatible },
  simulated: { create: createSimulatedClient, load: loadOpenAiCompatible },
}

/** A client for the configured provider; nothing is loaded or called yet. Throws `config_invalid`. */
export function createModelClient(
  settings: ModelSettings,
  ports: ModelPorts = { clock: systemClock },
): ModelClient {
  const client = createProviderClient(settings, ports)
  return {
    id: client.id,
    simulated: client.simulated,
    concurrency: settings.concurrency,
    generate: ({ schema, beforeRepair, ...request }) =>
      schema === undefined
        ? client.call(request)
        : generateStructured(client, { ...request, schema, ...(beforeRepair && { beforeRepair }) }),
  }
}

/** Loads what the first call to these providers would otherwise wait for. */
export async function prepareModels(
  names: readonly ProviderName[] = ['openai-compatible'],
): Promise<void> {
  await Promise.all(names.map((name) => providers[name].load()))
}

function createProviderClient(settings: ModelSettings, ports: ModelPorts): ProviderClient {
  switch (settings.provider) {
    case 'anthropic':
      return providers.anthropic.create(settings, ports)
    case 'azure-foundry':
      return providers['azure-foundry'].create(settings, ports)
    case 'openai-compatible':
      return providers['openai-compatible'].create(settings, ports)
    case 'simulated':
      return providers.simulated.create(settings, ports)
  }
}
