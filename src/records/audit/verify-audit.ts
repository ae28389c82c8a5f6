import type { ClientBase, Pool } from 'pg'
import { type AuditHead, readHeads, register } from './audit-segments.ts'
import { auditHash } from './check-record.ts'
import { openMoment } from './read-records.ts'
import { Register, type RegisteredSegment } from './register-records.ts'
import { type AuditProblem, verifySegment, type Walk } from './verify-segment.ts'

export type VerifyOptions = {
  /** Heads kept elsewhere, from an earlier export: what they vouch for must still be there. */
  readonly heads?: readonly AuditHead[]
}

export type AuditReport = {
  readonly ok: boolean
  /** Records that were read, the register's own included. */
  readonly records: number
  readonly segments: number
  /** Segments whose records were exported and removed; the register still vouches for them. */
  readonly pruned: number
  /** Where the audit stands now. Kept elsewhere, they prove later that nothing was taken away. */
  readonly heads: readonly AuditHead[]
  /** The first hundred. */
  readonly problems: readonly AuditProblem[]
}

const mostProblems = 100

type SegmentRow = {
  readonly number: number
  readonly count: number
  readonly head: string
  readonly pruned: boolean
}

type Findings = { records: number; pruned: number; readonly problems: AuditProblem[] }

async function readSegments(client: ClientBase): Promise<ReadonlyMap<number, SegmentRow>> {
  const { rows } = await client.query<SegmentRow>(
    `select number, count, head, pruned_at is not null as pruned from maniple.audit_segments
     order by number`,
  )
  return new Map(rows.map((row) => [row.number, row]))
}

/** Also of segments that neither the register nor the table of segments knows of. */
async function segmentsWithRecords(client: ClientBase): Promise<readonly number[]> {
  const { rows } = await client.query<{ segment: number }>(
    'select distinct segment from maniple.audit_entries order by segment',
  )
  return rows.map(({ segment }) => segment)
}

/** What a segment must have passed through: its own row, and what the register and old heads say. */
function standsOf(
  number: number,
  rows: ReadonlyMap<number, SegmentRow>,
  told: readonly AuditHead[],
) {
  const row = rows.get(number)
  const own = row === undefined ? [] : [{ segment: number, count: row.count, hash: row.head }]
  return [...own, ...told.filter(({ segment }) => segment === number)]
}

/** The verification of one moment of one database. */
class Verification {
  readonly findings: Findings = { records: 0, pruned: 0, problems: [] }
  readonly #client: ClientBase
  readonly #kept: readonly AuditHead[]
  readonly #register = new Register()
  /** Heads that the register's records vouch for, by segment. */
  readonly #told = new Map<number, AuditHead[]>()
  readonly report = (problem: AuditProblem): void => {
    if (this.findings.problems.length < mostProblems) this.findings.problems.push(problem)
  }

  constructor(client: ClientBase, kept: readonly AuditHead[]) {
    this.#client = client
    this.#kept = kept
  }

  /** Returns how many segments there are or should be, the register left out. */
  async run(): Promise<number> {
    const rows = await readSegments(this.#client)
    await this.#verifyRegister(rows)
    const numbers = new Set([
      ...this.#register.segments.keys(),
      ...rows.keys(),
      ...(await segmentsWithRecords(this.#client)),
      ...this.#kept.map(({ segment }) => segment),
    ])
    numbers.delete(register)
    for (const number of [...numbers].sort((a, b) => a - b)) await this.#verifyOne(number, rows)
    return numbers.size
  }

  async #verifyRegister(rows: ReadonlyMap<number, SegmentRow>): Promise<void> {
    await this.#walk(register, rows, {
      genesis: registerGenesis,
      onRecord: (record) => {
        const { seq, id } = record
        const read = this.#readRegister(record)
        if ('wrong' in read) this.report({ segment: register, seq, id, what: read.wrong })
        else for (const head of read.heads) this.#tell(head)
      },
    })
  }

  #readRegister(record: Parameters<Register['read']>[0]): ReturnType<Register['read']> {
    try {
      return this.#register.read(record)
    } catch {
      // Its text is not even JSON, which the walk has reported.
      return { heads: [] }
    }
  }

  #tell(head: AuditHead): void {
    const told = this.#told.get(head.segment)
    if (told === undefined) this.#told.set(head.segment, [head])
    else told.push(head)
  }

  async #verifyOne(number: number, rows: ReadonlyMap<number, SegmentRow>): Promise<void> {
    const registered = this.#register.segments.get(number)
    const row = rows.get(number)
    if (registered === undefined) {
      this.report(wholeSegment(number, 'the register does not know this segment'))
    } else if (row === undefined) {
      this.report(wholeSegment(number, 'missing: the register tells of its opening'))
    }
    if (isPruned(registered)) return await this.#verifyPruned(number)
    if (row?.pruned === true) {
      this.report(wholeSegment(number, 'marked as pruned, of which the register knows nothing'))
    }
    await this.#walk(number, rows, { genesis: registered?.genesis ?? null })
  }

  /** Its records are gone, and rightly so; any that are there were added. */
  async #verifyPruned(number: number): Promise<void> {
    this.findings.pruned += 1
    const { rowCount } = await this.#client.query(
      'select 1 from maniple.audit_entries where segment = $1 limit 1',
      [number],
    )
    if (rowCount !== 0) this.report(wholeSegment(number, 'holds records although it was pruned'))
  }

  async #walk(
    segment: number,
    rows: ReadonlyMap<number, SegmentRow>,
    how: Pick<Walk, 'genesis' | 'onRecord'>,
  ): Promise<void> {
    const told = [...(this.#told.get(segment) ?? []), ...this.#kept]
    const { onRecord } = how
    await verifySegment({
      client: this.#client,
      segment,
      genesis: how.genesis,
      report: this.report,
      stands: standsOf(segment, rows, told),
      onRecord: (record) => {
        this.findings.records += 1
        onRecord?.(record)
      },
    })
    const row = rows.get(segment)
    if (row === undefined) return
    await this.#refuseExtra(row)
  }

  /** Records beyond the end that the table of segments knows. */
  async #refuseExtra({ number, count }: SegmentRow): Promise<void> {
    const { rows } = await this.#client.query<{ seq: number; id: string }>(
      'select seq, id from maniple.audit_entries where segment = $1 and seq > $2 order by seq limit 1',
      [number, count],
    )
    const [extra] = rows
    if (extra !== undefined) {
      const what = `added: the segment ended with record ${count}`
      this.report({ segment: number, seq: extra.seq, id: extra.id, what })
    }
  }
}

/** SHA-256 of `maniple`, as the migration wrote it. */
const registerGenesis = auditHash('', 'maniple')

function isPruned(segment: RegisteredSegment | undefined): boolean {
  return segment?.isPruned === true
}

function wholeSegment(segment: number, what: string): AuditProblem {
  return { segment, seq: null, id: null, what }
}

/** Reads everything, a page at a time, at one moment of the database. */
export async function verifyAudit(pool: Pool, { heads = [] }: VerifyOptions): Promise<AuditReport> {
  await using moment = await openMoment(pool)
  const { client } = moment
  const verification = new Verification(client, heads)
  const segments = await verification.run()
  const { records, pruned, problems } = verification.findings
  const now = await readHeads(client)
  return { ok: problems.length === 0, records, segments, pruned, heads: now, problems }
}
