import type { ClientBase } from 'pg'
import type { AuditHead } from './audit-segments.ts'
import { auditHash, differingColumns } from './check-record.ts'
import { pagesOfSegment, type StoredRecord } from './read-records.ts'

export type AuditProblem = {
  readonly segment: number
  /** Place in the segment, from 1; null where the segment as a whole is concerned. */
  readonly seq: number | null
  /** Id of the record, where there is one. */
  readonly id: string | null
  readonly what: string
}

export type Walk = {
  readonly client: ClientBase
  readonly segment: number
  /** Hash that the first record goes on from; null when nobody knows. */
  readonly genesis: string | null
  readonly report: (problem: AuditProblem) => void
  /** Told of every record, in order, after it was checked. */
  readonly onRecord?: (record: StoredRecord) => void
  /** What the segment must be found to have passed through. */
  readonly stands: readonly AuditHead[]
}

export type Walked = { readonly count: number; readonly hash: string | null }

/** Walks one segment from its first record to its last and reports all that does not fit. */
export async function verifySegment(walk: Walk): Promise<Walked> {
  const { segment, report } = walk
  const stands = Map.groupBy(walk.stands, (stand) => stand.count)
  let last: Walked = { count: 0, hash: walk.genesis }
  checkStands(walk, stands.get(0), last)
  stands.delete(0)
  for await (const page of pagesOfSegment(walk.client, segment)) {
    for (const record of page) {
      checkRecord(record, last, report)
      last = { count: record.seq, hash: record.hash }
      checkStands(walk, stands.get(record.seq), last)
      stands.delete(record.seq)
      walk.onRecord?.(record)
    }
  }
  const missing = Math.max(0, ...stands.keys())
  if (missing > last.count) {
    const what = `records ${last.count + 1} to ${missing} are missing from the end`
    report({ segment, seq: last.count + 1, id: null, what })
  }
  return last
}

function checkRecord(record: StoredRecord, before: Walked, report: Walk['report']): void {
  const { segment, seq, id } = record
  const wrong = (what: string): void => report({ segment, seq, id, what })
  if (seq <= before.count) {
    wrong('added: records are counted from 1')
  } else if (seq !== before.count + 1) {
    const what = `missing: ${before.count + 1} to ${seq - 1} of the segment`
    report({ segment, seq: before.count + 1, id: null, what })
  } else if (before.hash !== null && auditHash(before.hash, record.entry) !== record.hash) {
    wrong('changed or out of its place: its hash does not follow from the one before')
  }
  const differing = differingColumns(record)
  if (differing === null) wrong('changed: its text is no audit entry')
  else if (differing.length > 0) {
    wrong(`changed: ${differing.join(', ')} differs from the text that was hashed`)
  }
}

function checkStands(
  { segment, report }: Walk,
  stands: readonly AuditHead[] | undefined,
  found: Walked,
): void {
  if (found.hash === null || stands === undefined) return
  if (stands.every(({ hash }) => hash === found.hash)) return
  const what = `replaced: record ${found.count} had another hash when its head was kept`
  report({ segment, seq: found.count === 0 ? null : found.count, id: null, what })
}
