import type { OrchestrationResult } from '../contracts/index.ts'

export type EfficiencyRating = OrchestrationResult['efficiencyRating']

/**
 * Parallel efficiency (0 to 1) in a word: from 0.8, the goal, `excellent`; from 0.6 `good`; from 0.4
 * `fair`; below that `poor`; `unknown` when it was not measured.
 */
export function rateEfficiency(parallelEfficiency: number | null): EfficiencyRating {
  if (parallelEfficiency === null || Number.isNaN(parallelEfficiency)) return 'unknown'
  if (parallelEfficiency >= 0.8) return 'excellent'
  if (parallelEfficiency >= 0.6) return 'good'
  return parallelEfficiency >= 0.4 ? 'fair' : 'poor'
}
