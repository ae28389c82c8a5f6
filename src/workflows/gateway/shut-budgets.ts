import type { Refusal } from '../../contracts/index.ts'
import { budgetLane } from '../budget-lanes.ts'
import type { GatewayParts } from './gateway-parts.ts'

/** A budget that nothing renews is looked at again this often: it may have been raised. */
const exhaustedRestMs = 60_000

/** Tasks under a budget that is used up wait for it, without being tried one after the other. */
export async function shutBudgets(
  parts: Pick<GatewayParts, 'lanes' | 'clock'>,
  refusals: readonly Refusal[],
): Promise<void> {
  for (const refusal of refusals) {
    const lane = budgetLane(refusal.account)
    await parts.lanes.shut(lane, 'budget', restOf(parts, refusal, exhaustedRestMs))
  }
}

/** Milliseconds until it is worth asking again. */
export function restOf(
  { clock }: Pick<GatewayParts, 'clock'>,
  { frees }: Refusal,
  otherwiseMs: number,
): number {
  return frees === null ? otherwiseMs : Math.max(10, frees.getTime() - clock.now())
}
