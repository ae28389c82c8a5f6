import type { Pool } from 'pg'
import type { Effect, EffectOrigin, EffectPerformers } from '../../contracts/index.ts'
import type { GateFacts, GateRules } from '../../policy/index.ts'
import type { Audit } from '../../records/index.ts'
import type { Log } from '../../shared/index.ts'

/** What judging needs of the outside; what is null could not be read, and is not taken for good. */
export type OutsideFacts = Pick<
  GateFacts,
  'repository' | 'permission' | 'object' | 'pull' | 'taskType'
> & {
  /** Of what that type of effect makes, open now in the repository. */
  readonly open: number | null
}

export type GateParts = {
  readonly pool: Pool
  readonly log: Log
  readonly audit: Audit
  readonly performers: EffectPerformers
  /** Reads what judging needs. A rejection counts as not known, and what is not known is not allowed. */
  readonly observe: (
    effect: Effect,
    origin: EffectOrigin,
    signal: AbortSignal,
  ) => Promise<OutsideFacts>
  readonly rules: GateRules
  /** Values that no effect may carry out. */
  readonly secrets: readonly string[]
  /** Nothing is performed; what would have been is written down. */
  readonly isDry: boolean
  readonly times: {
    /** After so long a call is given up. */
    readonly callMs: number
    /** For so long after the beginning of a call nobody else begins it. Longer than `callMs`. */
    readonly leaseMs: number
  }
  /** This process, among those that perform effects. */
  readonly holder: string
}
