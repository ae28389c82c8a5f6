import type { FastifyBaseLogger } from 'fastify'
import type { OrchestrationService, PilotService, RunService } from '../contracts/index.ts'

export type Readiness = {
  readonly ready: boolean
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly detail: string }>>
}

/** What the routes call. They hold no state of their own. */
export type HttpDependencies = {
  readonly runs: RunService
  readonly orchestration: OrchestrationService
  readonly pilot: PilotService
  /** Asked on every `GET /ready`. */
  readonly readiness: () => Promise<Readiness>
  /** Asked on every `GET /metrics`. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>
  readonly version: string
  /** True while the only model provider is the simulated one. */
  readonly simulated: boolean
  readonly log: FastifyBaseLogger
  readonly limits: {
    /** Largest accepted request body, in bytes. */
    readonly maxInputBytes: number
  }
}
