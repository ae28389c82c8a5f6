import * as z from 'zod'
import type { AuditHead } from './audit-segments.ts'
import type { StoredRecord } from './read-records.ts'

const Stand = z.object({ Segment: z.int(), Count: z.int(), Head: z.string() }).transform(
  ({ Segment, Count, Head }): AuditHead => ({
    segment: Segment,
    count: Count,
    hash: Head,
  }),
)
const Opened = z.object({
  details: z.object({ Segment: z.int().positive(), Heads: z.array(Stand) }),
})
const Told = z.object({ details: Stand })

/** What the register says of one segment. */
export type RegisteredSegment = {
  /** Hash that its first record goes on from. */
  readonly genesis: string
  readonly sealed?: AuditHead
  readonly isPruned?: true
}

/** What the register's records tell, gathered in the order in which they stand. */
export class Register {
  readonly segments = new Map<number, RegisteredSegment>()

  /** Takes a record in; returns the heads that it vouches for, or says what is wrong with it. */
  read(
    record: StoredRecord,
  ): { readonly heads: readonly AuditHead[] } | { readonly wrong: string } {
    const details: unknown = JSON.parse(record.entry)
    switch (record.event) {
      case 'Audit_Segment_Opened':
        return this.#open(Opened.safeParse(details), record.hash)
      case 'Audit_Segment_Sealed':
        return this.#close(Told.safeParse(details), (head) => ({ sealed: head }))
      case 'Audit_Segment_Pruned':
        return this.#close(Told.safeParse(details), () => ({ isPruned: true }))
      default:
        return { wrong: 'does not belong into the register' }
    }
  }

  #open(read: z.ZodSafeParseResult<z.infer<typeof Opened>>, genesis: string) {
    if (!read.success) return { wrong: 'tells of no segment' }
    const { Segment: number, Heads: heads } = read.data.details
    if (this.segments.has(number)) return { wrong: `opens segment ${number} once more` }
    this.segments.set(number, { genesis })
    return { heads }
  }

  #close(
    read: z.ZodSafeParseResult<z.infer<typeof Told>>,
    change: (head: AuditHead) => Partial<RegisteredSegment>,
  ) {
    if (!read.success) return { wrong: 'tells of no segment' }
    const head = read.data.details
    const known = this.segments.get(head.segment)
    if (known === undefined)
      return { wrong: `closes segment ${head.segment}, which was not opened` }
    this.segments.set(head.segment, { ...known, ...change(head) })
    return { heads: [head] }
  }
}
