import * as z from 'zod'
import type { JsonObject } from '../shared/index.ts'

export const AuditResult = z.enum(['SUCCESS', 'PARTIAL_SUCCESS', 'FAILURE', 'DENIED'])
export type AuditResult = z.infer<typeof AuditResult>

/** A decision or an effect, to be appended to the audit. */
export type AuditEntry = {
  /** Such as `GitHub_Models_Orchestration_Completed`. */
  readonly event: string
  readonly actor: string
  readonly repository: string | null
  readonly action: string
  readonly result: AuditResult
  /** No secrets and no long texts: facts and ids. */
  readonly details: JsonObject
}
