export type LoopRules = {
  /** Ids of the accounts that Maniple acts under. */
  readonly ownActors: readonly number[]
  readonly maxDepth: number
  readonly maxEventsPerObjectHour: number
  readonly maxEffectsPerRoot: number
  readonly maxStartsPerObjectHour: number
  /** In the unit of the counts; null: no bound here. */
  readonly maxSpendPerRoot: number | null
}

export type Lineage = { readonly root: string; readonly depth: number }
