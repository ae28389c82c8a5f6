import type { AppError, JsonObject } from '../shared/index.ts'
import type { Effect, EffectClass, EffectRecord, EffectType, GatePause, Taint } from './effect.ts'

/** On whose behalf an effect is asked for, and where its chain began. */
export type EffectOrigin = {
  readonly run: string | null
  readonly task: string | null
  readonly root: string
  readonly depth: number
  readonly user: string | null
  readonly taint: Taint
}

export type EffectRequest = {
  /** Of run, task and purpose, never of the attempt: the same request gives the first outcome again. */
  readonly key: string
  readonly effect: Effect
  readonly origin: EffectOrigin
}

export type EffectOutcome =
  | { readonly state: 'performed'; readonly id: string; readonly receipt: JsonObject }
  | { readonly state: 'asked'; readonly id: string; readonly reasons: readonly string[] }
  | { readonly state: 'denied'; readonly id: string; readonly reasons: readonly string[] }
  | { readonly state: 'dry'; readonly id: string; readonly reasons: readonly string[] }
  | { readonly state: 'failed'; readonly id: string; readonly error: AppError }
  | { readonly state: 'unknown'; readonly id: string }

export type EffectContext = {
  readonly signal: AbortSignal
  /** Asked just before the call; false: somebody else has taken the work over. */
  readonly stillOurs: () => Promise<boolean>
}

/** The only way by which anything outside is changed. */
export type EffectGate = {
  /** Judges, writes down, performs. Rejects only where it could not be written down. */
  readonly ask: (request: EffectRequest, context: EffectContext) => Promise<EffectOutcome>
  /** A person's word on an effect that waits. Throws `not_found`, `forbidden`, `effect_not_waiting`. */
  readonly decide: (id: string, decision: EffectDecision) => Promise<EffectRecord>
  readonly get: (id: string) => Promise<EffectRecord>
  /** Newest first. */
  readonly list: (query: EffectQuery) => Promise<readonly EffectRecord[]>
  /** Nothing is performed any more, in any process, until `resume`; what is under way ends. */
  readonly pause: (by: string, reason: string) => Promise<void>
  readonly resume: (by: string) => Promise<void>
  /** None: what is allowed is performed. */
  readonly pauses: () => Promise<readonly GatePause[]>
}

export type EffectDecision = {
  readonly by: string
  readonly verdict: 'approve' | 'deny'
  readonly reason: string
}

export type EffectQuery = {
  readonly state?: EffectRecord['state'] | undefined
  readonly run?: string | undefined
  readonly repository?: string | undefined
  readonly limit: number
}

/** What carries an effect's lineage to where it is performed, so that what it causes is recognised. */
export type EffectMarker = {
  readonly key: string
  readonly run: string | null
  readonly task: string | null
  readonly root: string
  readonly depth: number
}

/** How one type of effect is done: an adapter's part. It judges nothing. */
export type EffectPerformer<Type extends EffectType = EffectType> = {
  readonly class: EffectClass
  /** Performs it; resolves with the receipt. Throws an `AppError` whose `isRetryable` counts. */
  readonly perform: (
    effect: Extract<Effect, { type: Type }>,
    marker: EffectMarker,
    signal: AbortSignal,
  ) => Promise<JsonObject>
  /** For `marked`: the receipt of what an earlier try did, null when there is nothing. */
  readonly find?: (
    effect: Extract<Effect, { type: Type }>,
    marker: EffectMarker,
    signal: AbortSignal,
  ) => Promise<JsonObject | null>
}

export type EffectPerformers = { readonly [Type in EffectType]?: EffectPerformer<Type> }
