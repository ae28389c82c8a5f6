import type { Pool } from 'pg'
import type { AuditEntry } from '../../contracts/index.ts'
import { type Clock, type Log, newId } from '../../shared/index.ts'
import { AuditQueue } from './audit-queue.ts'
import { type AuditRow, toAuditRow } from './audit-row.ts'
import { type AuditExport, type ExportOptions, exportAudit } from './export-audit.ts'
import { type AuditReport, type VerifyOptions, verifyAudit } from './verify-audit.ts'

export type AuditOptions = {
  readonly pool: Pool
  readonly log: Log
  readonly clock: Pick<Clock, 'now'>
  /** Values that must never be stored, besides what looks like a key. */
  readonly secrets?: readonly string[]
}

export type Audit = {
  /**
   * What this process calls itself as a writer: the first argument of `maniple.append_audit`, for
   * callers that write rows in a transaction of their own.
   */
  readonly segment: string
  /** A row to be written, without secrets and of bounded size. Writes nothing. */
  readonly entry: (entry: AuditEntry) => AuditRow
  /** Resolves once the rows are committed, together with others of the moment. */
  readonly append: (rows: readonly AuditRow[]) => Promise<void>
  /** Appends soon, without making anybody wait; a failure is logged with the entry. */
  readonly record: (entry: AuditEntry) => void
  /** Reads the whole audit, page by page, and says what does not verify. */
  readonly verify: (options?: VerifyOptions) => Promise<AuditReport>
  readonly export: (options?: ExportOptions) => AuditExport
  /** Seals what no process has written to for `idleMs`; returns how many segments. */
  readonly sealIdle: (idleMs: number) => Promise<number>
  /** Removes the records of segments that were sealed so long ago and exported to a file. */
  readonly prune: (olderThanMs: number) => Promise<PruneResult>
  /** Writes what is queued and seals this process's segment. */
  readonly close: () => Promise<void>
}

export type PruneResult = { readonly segments: number; readonly records: number }

async function prune(pool: Pool, olderThanMs: number): Promise<PruneResult> {
  const { rows } = await pool.query<PruneResult>(
    `select segments, records from maniple.prune_audit(now() - $1 * interval '1 millisecond')`,
    [olderThanMs],
  )
  return rows[0] ?? { segments: 0, records: 0 }
}

async function sealIdle(pool: Pool, idleMs: number): Promise<number> {
  const { rows } = await pool.query<{ sealed: number }>(
    `select maniple.seal_idle_audit($1 * interval '1 millisecond') as sealed`,
    [idleMs],
  )
  return rows[0]?.sealed ?? 0
}

/** The audit as one process sees it. Nothing is opened before something is written. */
export function createAudit({ pool, log, clock, secrets = [] }: AuditOptions): Audit {
  const segment = newId()
  const queue = new AuditQueue({ pool, log, segment })
  const entry = (given: AuditEntry): AuditRow => toAuditRow(given, { now: clock.now(), secrets })
  return {
    segment,
    entry,
    append: (rows) => queue.append(rows),
    record: (given) => {
      const row = entry(given)
      queue.append([row]).catch((error: unknown) => {
        log.error({ err: error, audit: row }, 'audit record could not be written')
      })
    },
    verify: (options = {}) => verifyAudit(pool, options),
    export: (options = {}) => exportAudit(pool, options),
    sealIdle: (idleMs) => sealIdle(pool, idleMs),
    prune: (olderThanMs) => prune(pool, olderThanMs),
    close: async () => {
      await queue.close()
      try {
        await pool.query('select maniple.seal_audit($1)', [segment])
      } catch (error) {
        // A segment left open is sealed a day later by whoever opens the next.
        log.warn({ err: error, segment }, 'audit segment could not be sealed')
      }
    },
  }
}
