import type { Complexity } from '../contracts/index.ts'
import type { ModelOutcome } from './model-state.ts'

type SuccessEstimate = {
  /** Lower end of the Wilson interval on the weighted calls, 0 to 1: few calls promise little. */
  readonly bound: number
  readonly calls: number
  readonly successes: number
  /** Null where no call was answered. */
  readonly meanLatencyMs: number | null
}

/** 90 % two-sided: sure enough to prefer, quick enough to notice a model that turns bad. */
const z = 1.645
/**
 * What is assumed of a model without calls: as if 9 of 12 calls had gone well. A model nobody has tried
 * so stands between one that works and one that fails, and two or three calls change little.
 */
const prior = { calls: 12, successes: 9 }
/** How much the calls of tasks that are only alike tell about this one. */
const weights = { same: 1, otherComplexity: 0.5, otherType: 0.1 }

export function estimateSuccess(
  outcomes: readonly ModelOutcome[],
  wanted: { readonly model: string; readonly taskType: string; readonly complexity: Complexity },
): SuccessEstimate {
  const sums = { calls: 0, successes: 0, latency: 0, timed: 0 }
  for (const outcome of outcomes) {
    if (outcome.model !== wanted.model || !(outcome.calls > 0)) continue
    const weight = weightOf(outcome, wanted)
    const successes = Math.max(0, Math.min(outcome.calls, outcome.successes))
    sums.calls += outcome.calls * weight
    sums.successes += successes * weight
    if (outcome.meanLatencyMs === null) continue
    sums.timed += outcome.calls * weight
    sums.latency += outcome.meanLatencyMs * outcome.calls * weight
  }
  return {
    bound: wilsonLow(sums.successes + prior.successes, sums.calls + prior.calls),
    calls: sums.calls,
    successes: sums.successes,
    meanLatencyMs: sums.timed > 0 ? sums.latency / sums.timed : null,
  }
}

function weightOf(
  outcome: ModelOutcome,
  wanted: { readonly taskType: string; readonly complexity: Complexity },
): number {
  if (outcome.taskType !== wanted.taskType) return weights.otherType
  return outcome.complexity === wanted.complexity ? weights.same : weights.otherComplexity
}

/** Wilson, 1927: unlike the plain interval it holds for few calls and for shares near 0 and 1. */
function wilsonLow(successes: number, calls: number): number {
  if (calls <= 0) return 0
  const share = successes / calls
  const spread = z * Math.sqrt((share * (1 - share) + (z * z) / (4 * calls)) / calls)
  return Math.max(0, (share + (z * z) / (2 * calls) - spread) / (1 + (z * z) / calls))
}
