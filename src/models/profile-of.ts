import type { ModelPrice, ModelProfile } from '../contracts/index.ts'
import type { ModelSettings } from './contract.ts'
import { findModel } from './price-table.ts'

/** A configured model as data. A configured price goes before the table; neither: null. */
export function profileOf(name: string, settings: ModelSettings): ModelProfile {
  const { provider, concurrency } = settings
  const model = settings.model ?? 'simulated-model'
  const known = findModel(provider, model)
  return {
    name,
    provider,
    model,
    contextTokens: settings.contextTokens ?? known?.contextTokens ?? null,
    price: configuredPrice(settings) ?? known?.price ?? null,
    lane: {
      name: `model:${name}`,
      concurrency,
      requestsPerMinute: settings.requestsPerMinute ?? null,
      tokensPerMinute: settings.tokensPerMinute ?? null,
    },
    simulated: provider === 'simulated',
  }
}

function configuredPrice({ price }: ModelSettings): ModelPrice | null {
  return price === undefined ? null : { ...price, source: 'configuration' }
}
