type Circumstances = {
  /** What the model said of its own answer, 0 to 1. */
  readonly stated: number
  /** Its first answer did not fit the schema. */
  readonly repaired: boolean
  /** Failed tries before this one. */
  readonly retries: number
  /** Another model than the first choice answered. */
  readonly fallback: boolean
}

/**
 * The model's own statement, lowered for what speaks against relying on it: a fifth for a repaired
 * answer, a tenth for each failed try, a tenth for a model that was not the first choice. From 0 to 1.
 */
export function rateConfidence({ stated, repaired, retries, fallback }: Circumstances): number {
  const lowered = stated * (repaired ? 0.8 : 1) * 0.9 ** retries * (fallback ? 0.9 : 1)
  return Math.round(Math.min(1, Math.max(0, lowered)) * 1000) / 1000
}
