import { setTimeout as delay } from 'node:timers/promises'
import type {
  EffectContext,
  EffectDecision,
  EffectGate,
  EffectOutcome,
  EffectRecord,
} from '../../contracts/index.ts'
import { withTransaction } from '../../database/index.ts'
import {
  claimEffect,
  decideEffect,
  findEffect,
  listEffects,
  pauseGate,
  readPauses,
  resumeGate,
  wakeGitHubRun,
} from '../../records/index.ts'
import { AppError, type ErrorCode, errorCatalogue } from '../../shared/index.ts'
import { admitEffect } from './admit-effect.ts'
import { auditOf } from './audit-effect.ts'
import type { GateParts } from './gate-parts.ts'
import { performEffect, receiptOf } from './perform-effect.ts'

const waitMs = 200

/**
 * See `EffectGate`. The order is what makes it safe: judged and written down, then leased, then
 * performed, then its receipt; a second process that asks the same waits for the first one's outcome.
 */
export function createEffectGate(parts: GateParts): EffectGate {
  const { pool, audit } = parts
  const pauseAudit = (event: string, actor: string, reason: string): void => {
    const details = { reason }
    audit.record({ event, actor, repository: null, action: 'gate', result: 'SUCCESS', details })
  }
  return {
    ask: async (request, context) => {
      const record = await admitEffect(parts, request, context.signal)
      return await bringAbout(parts, record, context)
    },
    decide: (id, decision) => decide(parts, id, decision),
    get: (id) => mustGet(parts, id),
    list: (query) => listEffects(pool, query),
    pause: async (by, reason) => {
      await pauseGate(pool, { scope: '', by, reason })
      pauseAudit('Gate_Paused', by, reason)
    },
    resume: async (by) => {
      if (await resumeGate(pool, '')) pauseAudit('Gate_Resumed', by, '')
    },
    pauses: async () =>
      (await readPauses(pool)).map(({ scope, by, reason, at }) => ({
        ...{ repository: scope === '' ? null : scope, by, reason },
        at: at.toISOString(),
      })),
  }
}

/** Follows an effect that is written down to where it ends or waits for somebody. */
async function bringAbout(
  parts: GateParts,
  first: EffectRecord,
  context: EffectContext,
): Promise<EffectOutcome> {
  const { pool, holder, times } = parts
  let record = first
  for (;;) {
    const outcome = outcomeOf(record)
    if (outcome !== null) return outcome
    const tries = await claimEffect(pool, record.id, { holder, ms: times.leaseMs })
    if (tries !== null) return await performEffect(parts, { record, tries }, context)
    const paused = await pauseOf(parts, record)
    if (paused !== null) return { state: 'failed', id: record.id, error: paused }
    await delay(waitMs, undefined, { signal: context.signal })
    record = await mustGet(parts, record.id)
  }
}

/** Null while it is to be performed. */
function outcomeOf(record: EffectRecord): EffectOutcome | null {
  const { id, state, reasons, error } = record
  switch (state) {
    case 'performed':
      return { state, id, receipt: receiptOf(record) }
    case 'asked':
    case 'denied':
    case 'dry':
      return { state, id, reasons }
    case 'unknown':
      return { state, id }
    case 'failed':
      return { state, id, error: errorOf(error) }
    case 'intended':
      return null
  }
}

function errorOf(error: EffectRecord['error']): AppError {
  const code = error?.code ?? ''
  const known = code in errorCatalogue ? (code as ErrorCode) : 'internal'
  return new AppError(known, error?.message ?? 'it failed', { isRetryable: false })
}

async function pauseOf(
  { pool }: GateParts,
  { repository }: EffectRecord,
): Promise<AppError | null> {
  const pauses = await readPauses(pool)
  const pause = pauses.find(({ scope }) => scope === '' || scope === repository)
  if (pause === undefined) return null
  const { by, reason } = pause
  return new AppError('gate_paused', `${by} paused the gate: ${reason || 'no reason given'}`)
}

async function mustGet({ pool }: GateParts, id: string): Promise<EffectRecord> {
  const found = await findEffect(pool, { id })
  if (found === null) throw new AppError('not_found', `there is no effect "${id}"`)
  return found
}

async function decide(
  parts: GateParts,
  id: string,
  { by, verdict, reason }: EffectDecision,
): Promise<EffectRecord> {
  const { pool, audit } = parts
  const to = verdict === 'approve' ? 'intended' : 'denied'
  const note = `${verdict === 'approve' ? 'approved' : 'denied'} by ${by}${reason === '' ? '' : `: ${reason}`}`
  const decided = await withTransaction(pool, async (client) => {
    // What failed may be approved once more: the cause may be mended.
    const from =
      verdict === 'approve'
        ? (['asked', 'unknown', 'failed'] as const)
        : (['asked', 'unknown'] as const)
    const record = await decideEffect(client, id, { from, to, by, reason: note })
    if (record === null) return null
    const entry = audit.entry(auditOf(record, by))
    await client.query('select maniple.append_audit($1, $2)', [
      audit.segment,
      JSON.stringify([entry]),
    ])
    // Who looks after its run performs it, or goes on without it.
    if (record.run !== null) await wakeGitHubRun(client, record.run)
    return record
  })
  if (decided !== null) return decided
  const { state } = await mustGet(parts, id)
  throw new AppError('effect_not_waiting', `effect ${id} is ${state}: there is nothing to decide`)
}
