import type { Refusal } from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import { budgetLane } from '../budget-lanes.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { defaultRestMs } from './lane-health.ts'

type Refused = {
  readonly refusals: readonly Refusal[]
  /** A model that budgets may let through has no room at the moment. */
  readonly hasOthers: boolean
  readonly runId: string
  readonly signal: AbortSignal
}

type ShutParts = {
  readonly lanes: Pick<GatewayParts['lanes'], 'shut' | 'hasRun'>
  readonly clock: GatewayParts['clock']
}

/**
 * Tasks under a budget that is used up wait for it, without being tried one after the other. Throws
 * `budget_exhausted` where nothing that anybody could wait for brings money back.
 */
export async function shutBudgets(
  parts: ShutParts,
  { refusals, hasOthers, runId, signal }: Refused,
): Promise<void> {
  const [first] = refusals.toSorted((one, other) => timeOf(one) - timeOf(other))
  if (first === undefined) return
  if (first.frees === null && !hasOthers) throw exhausted(first)
  const restMs = restOf(parts, first, defaultRestMs)
  const forMs = hasOthers ? Math.min(restMs, defaultRestMs) : restMs
  const lane = budgetLane(first.account)
  await parts.lanes.shut(lane, 'budget', forMs)
  // Many may be refused together; they give their places up at once and the lane holds them back.
  if (await parts.lanes.hasRun(lane, runId)) return
  // The cap was configured after the run was given: its tasks are not in the lane, and would come
  // again at once.
  await parts.clock
    .sleep(Math.min(forMs, defaultRestMs), signal)
    .catch(() => signal.throwIfAborted())
}

const timeOf = ({ frees }: Refusal): number => frees?.getTime() ?? Number.MAX_SAFE_INTEGER

function exhausted({ account, asked, available, unit }: Refusal): AppError {
  return new AppError(
    'budget_exhausted',
    `a call may take up to ${asked} ${unit}, and the budget ${account.id} of ${account.limit} has ${Math.max(0, available)} left: raise it, then retry the run`,
  )
}

/** Milliseconds until it is worth asking again. */
export function restOf(
  { clock }: Pick<GatewayParts, 'clock'>,
  { frees }: Refusal,
  otherwiseMs: number,
): number {
  return frees === null ? otherwiseMs : Math.max(10, frees.getTime() - clock.now())
}
