import type { Clock } from '../../shared/index.ts'
import type { GitHost } from './git/git-host.ts'
import type { PullOperations } from './git/pull-operations.ts'
import type { Token } from './state/actor.ts'
import type { Hook } from './state/entities.ts'
import type { GitHubState } from './state/github-state.ts'

/** Everything the simulated GitHub consists of, behind its protocols. */
export type World = {
  readonly state: GitHubState
  readonly git: GitHost
  readonly pulls: PullOperations
  /** Simulated time. */
  readonly clock: Clock
  /** `http://127.0.0.1:<port>`: where the API is, and what web addresses begin with. */
  readonly url: () => string
  /** Whether the next reading of a pull request's mergeability is to be UNKNOWN: a fault. */
  readonly staleMergeable: () => boolean
}

/** What `POST /graphql` is answered by. Its body may be anything. */
export type GraphqlPort = (request: GraphqlRequest) => Promise<GraphqlReply>

export type GraphqlRequest = {
  readonly body: unknown
  readonly token: Token
  /** `GraphQL-Features`, split; empty when it was not sent. */
  readonly features: readonly string[]
  /** Takes points from the hourly budget once the query's cost is known; what is left then. */
  readonly spend: (cost: GraphqlCost) => GraphqlBudget
}

export type GraphqlCost = {
  readonly points: number
  readonly isMutation: boolean
  /** Content that its mutations create: counts against 80 a minute and 500 an hour. */
  readonly creations: number
}

export type GraphqlBudget = {
  /** Why it must not be run: answer with an error of this type and message, HTTP 200. */
  readonly refusal: { readonly type: string; readonly message: string } | null
  readonly limit: number
  readonly remaining: number
  readonly used: number
  /** Simulated milliseconds. */
  readonly resetAt: number
}

export type GraphqlReply = { readonly status: number; readonly body: unknown }

/** Sending webhooks, and what was sent. Bodies are as REST answers them. */
export type DeliveriesPort = {
  readonly list: (
    hook: Hook,
    query: {
      readonly perPage: number
      readonly cursor: string | null
      readonly status: string | null
    },
  ) => { readonly items: readonly unknown[]; readonly next: string | null }
  /** Undefined: no such delivery. */
  readonly get: (hook: Hook, id: number) => unknown
  /** Sends it again under the same GUID; false: no such delivery. */
  readonly redeliver: (hook: Hook, id: number) => boolean
  readonly ping: (hook: Hook) => void
}
