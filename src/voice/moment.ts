import type { EfficiencyRating } from './rate-efficiency.ts'

/** How an orchestration ended. */
export type EndedFacts = {
  readonly total: number
  readonly succeeded: number
  readonly failed: number
  readonly cancelled: number
  readonly speedUp: number | null
  readonly rating: EfficiencyRating
  /** Workloads that another model than the first choice answered. */
  readonly fallbacks: number
  readonly simulated: boolean
}

/**
 * What a persona may remark on: facts as numbers and fixed words, never text from outside (no
 * titles, names or content), so that a line cannot carry any.
 */
export type Moment =
  | {
      readonly kind: 'orchestration.accepted'
      readonly total: number
      readonly slots: number
      readonly simulated: boolean
    }
  | ({ readonly kind: 'orchestration.succeeded' } & EndedFacts)
  | ({ readonly kind: 'orchestration.partial' } & EndedFacts)
  | ({ readonly kind: 'orchestration.failed' } & EndedFacts)
  | ({ readonly kind: 'orchestration.cancelled' } & EndedFacts)
  | {
      readonly kind: 'analysis'
      readonly total: number
      readonly width: number
      readonly complexity: 'low' | 'medium' | 'high'
      /** What keeps the width from being larger. */
      readonly limit: 'workloads' | 'slots' | 'lane' | 'budget' | 'other'
      readonly simulated: boolean
    }
  | {
      readonly kind: 'metrics'
      readonly workloads: number
      /** 0 to 1; null when there were no workloads. */
      readonly successRate: number | null
      readonly speedUp: number | null
      readonly rating: EfficiencyRating
      readonly simulated: boolean
    }
  | { readonly kind: 'pilot.idle' }
  | {
      readonly kind: 'pilot.running'
      /** Share of the eligible requests, 0 to 1. */
      readonly participation: number
      readonly participants: number
    }
  | { readonly kind: 'pilot.promoted' }
  | { readonly kind: 'pilot.rolled_back' }
  | { readonly kind: 'pilot.stopped' }
  | {
      readonly kind: 'run.report'
      readonly total: number
      readonly succeeded: number
      readonly failed: number
      readonly skipped: number
      readonly cancelled: number
      readonly speedUp: number | null
      readonly simulated: boolean
    }

export type MomentOf<Kind extends Moment['kind']> = Extract<Moment, { readonly kind: Kind }>
