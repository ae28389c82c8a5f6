import type { ModelSettings } from './contract.ts'

export type PriceEntry = {
  readonly provider: ModelSettings['provider']
  /** Lower case. */
  readonly model: string
  readonly inputUsdPerMillion: number
  readonly outputUsdPerMillion: number
  /** How many tokens it takes in. */
  readonly contextTokens: number
  /** Where the figures are from; null: made up. */
  readonly sourceUrl: string | null
}

/**
 * LiteLLM's table (MIT), as mirrored on the day of the version. Vendors charge more for some models
 * beyond 200,000–272,000 tokens of input, gateways set prices of their own, and an Azure deployment
 * is named as its owner likes: where that matters, configure the price.
 */
const sourceOfPrices =
  'https://github.com/Wei-Shaw/model-price-repo/blob/f9ff14734f6203c490573cb1e2ae8fdac7a52a41/model_prices_and_context_window.json'

type Row = readonly [model: string, input: number, output: number, contextTokens: number]

const openAi: readonly Row[] = [
  ['gpt-5.5', 5, 30, 1_050_000],
  ['gpt-5.4', 2.5, 15, 1_050_000],
  ['gpt-5.3-codex', 1.75, 14, 272_000],
  ['gpt-5.2', 1.75, 14, 272_000],
  ['gpt-5.1', 1.25, 10, 272_000],
  ['gpt-5', 1.25, 10, 272_000],
  ['gpt-5-mini', 0.25, 2, 272_000],
  ['gpt-5-nano', 0.05, 0.4, 272_000],
  ['gpt-4.1', 2, 8, 1_047_576],
  ['gpt-4.1-mini', 0.4, 1.6, 1_047_576],
  ['gpt-4o', 2.5, 10, 128_000],
  ['gpt-4o-mini', 0.15, 0.6, 128_000],
  ['o3', 2, 8, 200_000],
  ['o4-mini', 1.1, 4.4, 200_000],
]

const anthropic: readonly Row[] = [
  ['claude-opus-5', 5, 25, 1_000_000],
  ['claude-opus-4-7', 5, 25, 1_000_000],
  ['claude-opus-4-6', 5, 25, 1_000_000],
  ['claude-opus-4-5', 5, 25, 200_000],
  ['claude-sonnet-4-6', 3, 15, 1_000_000],
  ['claude-sonnet-4-5', 3, 15, 200_000],
  ['claude-haiku-4-5', 1, 5, 200_000],
]

/** Nobody pays these: made up in the proportions of small, middle and large models. */
const simulated: readonly Row[] = [
  ['simulated-fast', 0.1, 0.4, 128_000],
  ['simulated-model', 1, 4, 128_000],
  ['simulated-strong', 5, 20, 128_000],
]

const rowsOf = (provider: PriceEntry['provider'], rows: readonly Row[]): readonly PriceEntry[] =>
  rows.map(([model, inputUsdPerMillion, outputUsdPerMillion, contextTokens]) => ({
    provider,
    model,
    inputUsdPerMillion,
    outputUsdPerMillion,
    contextTokens,
    sourceUrl: provider === 'simulated' ? null : sourceOfPrices,
  }))

export const priceEntries: readonly PriceEntry[] = [
  ...rowsOf('openai-compatible', openAi),
  ...rowsOf('anthropic', anthropic),
  ...rowsOf('simulated', simulated),
]
