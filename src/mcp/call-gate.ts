import type { AuditEntry } from '../contracts/index.ts'

/** Stands before every call of a tool, between whoever serves and the tools. */
export type CallGate = {
  /** Counts a call. Throws `too_many_requests`. */
  readonly admit: () => Promise<void>
  /** Told of each call that was refused; bounds how many of them are written down. */
  readonly refused: (entry: AuditEntry) => void
}
