import { estimateCost } from '../../budget/index.ts'
import type { ModelUsage, Reservation } from '../../contracts/index.ts'
import type { GatewayParts, ModelTry, Price } from './gateway-parts.ts'

type Spent = {
  readonly reserved: Reservation
  /** Null, or not numbers: the provider did not tell. */
  readonly usage: ModelUsage | null
  /** Without a usage: something may have been charged, so it counts as it was reserved. */
  readonly isCharged: boolean
}

/** Keeps the settlement, and resolves to the cost in dollars, null when nobody knows it. */
export function settleCall(
  { ledger }: GatewayParts,
  { model, context }: ModelTry,
  { reserved, usage, isCharged }: Spent,
): number | null {
  const told = usage !== null && isNumbers(usage) ? usage : null
  const costUsd = costOf(model.profile.price, told)
  if (reserved.parts.length === 0) return costUsd
  const isFree = told === null && !isCharged
  const counted = costOf(model.price, told)
  const record = isFree
    ? ledger.release(reserved)
    : ledger.settle(reserved, {
        requests: 1,
        ...(told === null ? {} : { tokens: told.inputTokens + told.outputTokens }),
        ...(counted === null ? {} : { usd: counted }),
      })
  context.keep({ kind: 'settlement', record })
  return costUsd
}

function isNumbers({ inputTokens, outputTokens }: ModelUsage): boolean {
  return inputTokens >= 0 && outputTokens >= 0 && Number.isFinite(inputTokens + outputTokens)
}

function costOf(price: Price | null, usage: ModelUsage | null): number | null {
  if (price === null || usage === null) return null
  const { inputTokens, outputTokens: maxOutputTokens } = usage
  return estimateCost(price, { inputTokens, maxOutputTokens })
}
