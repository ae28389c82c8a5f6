import { accountsFor, estimateCost, laneAccounts } from '../../budget/index.ts'
import type { Account, Amounts, Refusal, Reservation } from '../../contracts/index.ts'
import type { GatewayParts, ModelTry } from './gateway-parts.ts'

/**
 * What one call may take at most, in all that it counts against; null when nobody knows its price
 * and a dollar budget has to hold.
 */
export function reserveCall(
  parts: GatewayParts,
  attempt: ModelTry,
): Reservation | Promise<Reservation | Refusal> | null {
  const need = needOf(parts, attempt)
  if (need === null) return null
  const { runId, task } = attempt.request.subject
  return parts.ledger.reserve(need.accounts, need.amounts, { runId, task })
}

type CallNeed = { readonly accounts: readonly Account[]; readonly amounts: Amounts }

/** Null as `reserveCall`. */
export function needOf(parts: GatewayParts, attempt: ModelTry): CallNeed | null {
  const accounts = accountsOf(parts, attempt)
  const usd = priceOf(parts, attempt, accounts)
  if (usd === null) return null
  const tokens = attempt.inputTokens + parts.maxOutputTokens
  return { accounts, amounts: { usd, tokens, requests: 1 } }
}

function accountsOf(
  { caps, clock }: GatewayParts,
  { request, model }: ModelTry,
): readonly Account[] {
  const rates = laneAccounts(model.profile.lane)
  if (caps.length === 0) return rates
  return [...accountsFor(caps, request.subject, new Date(clock.now())), ...rates]
}

/** What is reserved, in dollars; null when that cannot be told and a dollar budget has to hold. */
function priceOf(
  { maxOutputTokens }: GatewayParts,
  { model, inputTokens }: ModelTry,
  accounts: readonly Account[],
): number | null {
  if (model.price !== null) return estimateCost(model.price, { inputTokens, maxOutputTokens })
  return accounts.some(({ unit }) => unit === 'usd') ? null : 0
}
