import type { ModelCallRecord, ModelUsage } from '../../contracts/index.ts'
import type { AppError } from '../../shared/index.ts'
import type { GatewayParts, ModelTry } from './gateway-parts.ts'

type CallMade = {
  /** The event id that the provider was sent. */
  readonly id: string
  readonly at: string
  readonly latencyMs: number
  readonly reply: (ModelUsage & { readonly repaired?: boolean }) | null
  readonly costUsd: number | null
  readonly error: AppError | null
}

/** Keeps the call for metrics, pilots, adaptive routing and the audit. */
export function recordCall(parts: GatewayParts, attempt: ModelTry, made: CallMade): void {
  const { request, context } = attempt
  const record = toRecord(attempt, made)
  parts.metrics.modelCall(record)
  context.keep({ kind: 'call', record })
  const { audit } = parts
  const entry = audit.entry({
    event: 'GitHub_Models_Call_Completed',
    actor: record.user ?? 'maniple',
    repository: record.repository,
    action: 'CallModel',
    result: made.error === null ? 'SUCCESS' : 'FAILURE',
    details: {
      EventId: record.id,
      Run: record.runId,
      Root: request.subject.rootId,
      Task: record.task,
      Attempt: record.attempt,
      Model: record.model,
      Specialist: record.specialist,
      LatencyMs: Math.round(record.latencyMs),
      CostUsd: record.costUsd,
      ErrorCode: record.errorCode,
      Simulated: record.simulated,
    },
  })
  context.keep({ kind: 'audit', segment: audit.segment, record: entry })
}

function toRecord({ request, model, isFallback }: ModelTry, made: CallMade): ModelCallRecord {
  const { rootId: _, pilot, ...subject } = request.subject
  return {
    ...subject,
    id: made.id,
    at: made.at,
    model: model.profile.name,
    pilot: pilot?.pilot ?? null,
    arm: pilot?.arm ?? null,
    outcome: made.error === null ? 'succeeded' : 'failed',
    errorCode: made.error?.code ?? null,
    latencyMs: made.latencyMs,
    inputTokens: tokensOf(made.reply?.inputTokens),
    outputTokens: tokensOf(made.reply?.outputTokens),
    costUsd: made.costUsd,
    repaired: made.reply?.repaired ?? false,
    fallback: isFallback,
    simulated: model.profile.simulated,
  }
}

/** A usage that a provider left out may come as NaN. */
function tokensOf(count: number | undefined): number {
  return count !== undefined && Number.isFinite(count) ? Math.max(0, Math.round(count)) : 0
}
