import type { FastifyBaseLogger } from 'fastify'
import type {
  AuditEntry,
  Caller,
  EffectGate,
  OrchestrationService,
  PilotService,
  RunService,
  WebhookService,
} from '../contracts/index.ts'

export type Readiness = {
  readonly ready: boolean
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly detail: string }>>
}

/** Who may ask, and how often. */
export type Access = {
  /** True where the server can be reached from other machines: nobody is served without a token. */
  readonly requireTokens: boolean
  /** Names that the Host header may have besides this machine's own; only with `requireTokens`. */
  readonly hosts: readonly string[]
  /** Whose token that is; null for one that is unknown, revoked or expired. */
  readonly authenticate: (token: string) => Promise<Caller | null>
  /** Told of refused requests, a bounded number of them. Must not throw. */
  readonly audit: (entry: AuditEntry) => void
  /** Most requests a minute of one caller to this process. */
  readonly requestsPerMinute: number
}

/** What the routes call. They hold no state of their own. */
export type HttpDependencies = {
  readonly runs: RunService
  readonly orchestration: OrchestrationService
  readonly pilot: PilotService
  readonly webhooks: WebhookService
  /** For people: nothing here asks for an effect. */
  readonly gate: Omit<EffectGate, 'ask'>
  /** Asked on every `GET /ready`. */
  readonly readiness: () => Promise<Readiness>
  /** Asked on every `GET /metrics`. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>
  readonly version: string
  /** True while the only model provider is the simulated one. */
  readonly simulated: boolean
  readonly log: FastifyBaseLogger
  readonly access: Access
  readonly limits: {
    /** Largest accepted request body, in bytes. */
    readonly maxInputBytes: number
  }
}
