import type { AuditEntry } from './audit-record.ts'
import type { SettlementRecord } from './ledger.ts'
import type { ModelCallRecord } from './model-call.ts'
import type { ModelReply, OutputSchema } from './model-client.ts'
import type { FallbackReason } from './orchestration.ts'
import type { PilotArm } from './routing-decision.ts'
import type { Complexity } from './task.ts'

/** On whose behalf, and as which task, a model is called. */
export type CallSubject = {
  readonly runId: string
  /** The first run of the chain. */
  readonly rootId: string
  readonly task: string
  readonly attempt: number
  readonly repository: string | null
  readonly user: string | null
  readonly specialist: string
  readonly taskType: string
  readonly complexity: Complexity
  readonly pilot: PilotArm | null
}

export type GatewayRequest = {
  readonly subject: CallSubject
  /** Names of models, the first choice first. */
  readonly order: readonly string[]
  readonly system: string
  readonly prompt: string
  readonly schema?: OutputSchema
}

/** How the call is tied to the attempt that makes it. */
export type GatewayContext = {
  /** The model whose lane the attempt holds; null where the engine gave it none. */
  readonly choice: string | null
  readonly signal: AbortSignal
  /** Gives that lane up for the first of these that is open and has room; null when there is none. */
  readonly takeWay: (choices: readonly string[]) => Promise<string | null>
  /** What is to be written with the end of the attempt. */
  readonly keep: (record: CompletionRecord) => void
}

/** What the completion of a task carries along, written in its transaction. */
export type CompletionRecord =
  | { readonly kind: 'settlement'; readonly record: SettlementRecord }
  | { readonly kind: 'call'; readonly record: ModelCallRecord }
  | {
      readonly kind: 'audit'
      readonly segment: string
      readonly record: AuditEntry & { readonly id: string; readonly at: string }
    }

export type GatewayReply = ModelReply & {
  /** Configured name of the model that answered. */
  readonly model: string
  readonly latencyMs: number
  /** Null when nobody knows the price. */
  readonly costUsd: number | null
  /** Another model was tried before, or would have come first. */
  readonly fallback: boolean
  /** Of a fallback: why the first choice did not answer. */
  readonly fallbackReason?: FallbackReason
  readonly simulated: boolean
}

/**
 * The one way to a model: breaker, rate, budget, call, settlement, audit. Null means not now: every
 * model is limited, the lanes that say so are shut, and nothing was spent. Rejects with the failure
 * of the last model tried.
 */
export type ModelGateway = (
  request: GatewayRequest,
  context: GatewayContext,
) => Promise<GatewayReply | null>
