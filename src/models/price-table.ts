import type { ModelPrice } from '../contracts/index.ts'
import type { ModelSettings } from './contract.ts'
import { priceEntries } from './price-entries.ts'

/** The day of the source's figures; a later price needs a new version or configuration. */
export const priceTableVersion = '2026-07-24'

export type KnownModel = {
  readonly price: ModelPrice
  readonly contextTokens: number | null
}

/** What the table knows of a model, by its exact name or its name with a date behind it. */
export function findModel(provider: ModelSettings['provider'], model: string): KnownModel | null {
  const entry = priceEntries.find(
    (one) => one.provider === provider && matches(one.model, model.toLowerCase()),
  )
  if (entry === undefined) return null
  const { inputUsdPerMillion, outputUsdPerMillion, contextTokens } = entry
  const source = provider === 'simulated' ? 'simulated' : `price table ${priceTableVersion}`
  return { price: { inputUsdPerMillion, outputUsdPerMillion, source }, contextTokens }
}

/** What a million tokens cost at list price; null where the table does not know the model. */
export function findPrice(provider: ModelSettings['provider'], model: string): ModelPrice | null {
  return findModel(provider, model)?.price ?? null
}

/** `gpt-5.4` also names `gpt-5.4-2026-03-05`, and `claude-opus-4-5` `claude-opus-4-5-20251101`. */
function matches(known: string, asked: string): boolean {
  if (!asked.startsWith(known)) return false
  return /^(-\d{4}-\d{2}-\d{2}|-\d{8})?$/.test(asked.slice(known.length))
}
