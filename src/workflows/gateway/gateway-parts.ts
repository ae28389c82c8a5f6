import type { Cap } from '../../budget/index.ts'
import type {
  AuditEntry,
  GatewayContext,
  GatewayRequest,
  ModelClient,
  ModelProfile,
} from '../../contracts/index.ts'
import type { Lanes } from '../../engine/index.ts'
import type { Ledger } from '../../records/index.ts'
import type { Clock, Log } from '../../shared/index.ts'
import type { Metrics } from '../../telemetry/index.ts'
import { type BreakerShare, LaneHealth } from './lane-health.ts'

export type Price = {
  readonly inputUsdPerMillion: number
  readonly outputUsdPerMillion: number
}

/** A configured model: what is known of it, how to call it, and how its latest calls here went. */
export type FleetModel = {
  readonly profile: ModelProfile
  readonly client: ModelClient
  readonly health: LaneHealth
  /** What budgets count; null when nobody knows and no call may be made under a dollar budget. */
  readonly price: Price | null
}

/** The configured models by name. */
export type Fleet = ReadonlyMap<string, FleetModel>

export type FleetRules = {
  readonly breaker: BreakerShare
  readonly pricing: {
    readonly unknown: 'refuse' | 'ceiling'
    readonly ceilingUsdPerMillion: number
  }
}

export function createFleet(
  models: readonly { readonly profile: ModelProfile; readonly client: ModelClient }[],
  { breaker, pricing }: FleetRules,
): Fleet {
  const ceiling = pricing.ceilingUsdPerMillion
  const unknown =
    pricing.unknown === 'ceiling'
      ? { inputUsdPerMillion: ceiling, outputUsdPerMillion: ceiling }
      : null
  return new Map(
    models.map(({ profile, client }) => [
      profile.name,
      { profile, client, health: new LaneHealth(breaker), price: profile.price ?? unknown },
    ]),
  )
}

export type GatewayParts = {
  readonly fleet: Fleet
  readonly lanes: Pick<
    Lanes,
    | 'current'
    | 'hasRun'
    | 'refresh'
    | 'shut'
    | 'openBreaker'
    | 'closeBreaker'
    | 'markDead'
    | 'probeDead'
    | 'revive'
  >
  readonly ledger: Pick<Ledger, 'reserve' | 'foresee' | 'settle' | 'release'>
  readonly caps: readonly Cap[]
  readonly maxOutputTokens: number
  readonly breaker: { readonly openMs: number; readonly mostMs: number }
  readonly audit: {
    readonly segment: string
    readonly entry: (entry: AuditEntry) => AuditEntry & { readonly id: string; readonly at: string }
  }
  readonly metrics: Pick<Metrics, 'modelCall' | 'overhead'>
  readonly clock: Clock
  readonly log: Log
  /** Where a model is configured, such as `models.careful`. */
  readonly configKeyOf: (model: string) => string
}

/** One try of one model. */
export type ModelTry = {
  readonly request: GatewayRequest
  readonly context: GatewayContext
  readonly model: FleetModel
  readonly inputTokens: number
  /** It is not the first choice. */
  readonly isFallback: boolean
  /** It is made to see whether a dead lane was mended. Default: false. */
  readonly isLook?: boolean
}
