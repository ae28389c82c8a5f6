import type { ModelPrice } from '../contracts/index.ts'

/** The most that a call can cost, in US dollars: its input, and all the output it is allowed. */
export function estimateCost(
  price: Pick<ModelPrice, 'inputUsdPerMillion' | 'outputUsdPerMillion'>,
  tokens: { readonly inputTokens: number; readonly maxOutputTokens: number },
): number {
  const { inputTokens, maxOutputTokens } = tokens
  return (
    (inputTokens * price.inputUsdPerMillion + maxOutputTokens * price.outputUsdPerMillion) / 1e6
  )
}
