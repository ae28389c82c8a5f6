import type { GatewayParts, ModelTry } from './gateway-parts.ts'
import { needOf } from './reserve-call.ts'
import type { VainOutcome } from './tries.ts'
import { priceUnknown } from './try-model.ts'

/**
 * What would come of trying a model that has no room at the moment, as far as budgets decide it and
 * calls under way cannot change it; null when it may answer.
 */
export async function foreseeModel(
  parts: GatewayParts,
  attempt: ModelTry,
): Promise<VainOutcome | null> {
  const need = needOf(parts, attempt)
  if (need === null) return { kind: 'failed', error: priceUnknown(attempt.model.profile.name) }
  const refusal = await parts.ledger.foresee(need.accounts, need.amounts)
  return refusal === null ? null : { kind: 'refused', refusal }
}
