import type { AuditEntry, AuditResult, EffectRecord, EffectState } from '../../contracts/index.ts'

const results: Record<EffectState, AuditResult> = {
  asked: 'PARTIAL_SUCCESS',
  intended: 'SUCCESS',
  performed: 'SUCCESS',
  denied: 'DENIED',
  failed: 'FAILURE',
  unknown: 'FAILURE',
  dry: 'SUCCESS',
}

/** What the audit says of an effect as it stands now. */
export function auditOf(record: Omit<EffectRecord, 'receipt'>, actor: string): AuditEntry {
  const { id, key, type, state, repository, run, task, root, depth, reasons, error } = record
  return {
    event: `Effect_${state.charAt(0).toUpperCase()}${state.slice(1)}`,
    actor,
    repository,
    action: type,
    result: results[state],
    details: { id, key, run, task, root, depth, reasons: [...reasons], error: error?.code ?? null },
  }
}
