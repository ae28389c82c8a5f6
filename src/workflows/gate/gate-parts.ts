import type { Pool } from 'pg'
import type { Effect, EffectOrigin, EffectPerformers } from '../../contracts/index.ts'
import type { Audit, EffectCounts } from '../../records/index.ts'
import type { Log } from '../../shared/index.ts'

/** What `policy/` found. The effect is the sanitised one, and that is what will be performed. */
export type GateJudgement = {
  readonly verdict: 'allow' | 'ask' | 'deny'
  readonly reasons: readonly string[]
  readonly effect: Effect
}

/** What the gate can see of the outside, as data; null where it could not be read. */
export type OutsideFacts = {
  readonly defaultBranch: string | null
  readonly openPulls: number | null
  /** Of the person behind the request, in the repository. */
  readonly permission: 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none' | null
  readonly pull: PullFacts | null
}

export type PullFacts = {
  readonly headSha: string
  readonly head: string
  readonly base: string
  /** Opened by this program. */
  readonly isOurs: boolean
  readonly isDraft: boolean
  readonly checks: 'success' | 'failure' | 'pending' | 'none' | 'unknown'
  readonly review: 'approved' | 'changes_requested' | 'review_required' | 'none' | 'unknown'
  readonly mergeable: 'mergeable' | 'conflicting' | 'unknown'
  /** Paths it changes; null when they could not all be read. */
  readonly files: readonly string[] | null
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
  readonly judge: (
    effect: Effect,
    origin: EffectOrigin,
    facts: { readonly outside: OutsideFacts; readonly counts: EffectCounts },
  ) => GateJudgement
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
