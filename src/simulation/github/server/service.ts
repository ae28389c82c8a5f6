import type { Faults } from '../faults/choose-fault.ts'
import type { CallStatistics } from '../limits/call-statistics.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { CompiledRoute } from '../rest/route.ts'
import type { DeliveriesPort, GraphqlPort, World } from '../world.ts'

/** What answering a request needs. */
export type Service = {
  readonly world: World
  readonly limits: RateLimits
  readonly statistics: CallStatistics
  readonly faults: Faults
  readonly graphql: GraphqlPort
  readonly deliveries: DeliveriesPort
  /** Told what went wrong that is no part of the simulation. */
  readonly failed: (error: unknown) => void
}

export type Incoming = {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Null: larger than GitHub takes. */
  readonly body: Buffer | null
}

export type Outgoing =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string | null
    }
  /** Never answered, or cut off: what was asked for may have been done. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'drop' }

/** A request once it is known where it goes. */
export type Routed = {
  readonly incoming: Incoming
  readonly url: URL
  /** `GET /repos/{owner}/{repo}`; what no route fits is counted together. */
  readonly name: string
  readonly route: CompiledRoute | null
  readonly params: Readonly<Record<string, string>>
}
