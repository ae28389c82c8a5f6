import type { ClientBase, Pool } from 'pg'
import { readHeads } from './audit-segments.ts'
import { openMoment, pagesOfSegment, type StoredRecord } from './read-records.ts'

export type ExportOptions = {
  /** Only records from then on (by the clock of the process that wrote them). */
  readonly since?: Date
}

/**
 * Lines of JSON without their newline: a record each, and last `{"heads":[…]}`. `confirm` is for
 * when all lines are safely stored: segments that were sealed may be pruned from then on.
 */
export type AuditExport = AsyncIterable<string> & {
  /** How many segments it marked; none after an export that was not of everything. */
  readonly confirm: () => Promise<number>
}

/** The text that was hashed stands in the line as it is: a reader can check it without parsing. */
function lineOf({ segment, seq, hash, entry }: StoredRecord): string {
  return `{"segment":${segment},"seq":${seq},"hash":"${hash}","entry":${entry}}`
}

type Segment = { readonly number: number; readonly sealed: boolean }

async function readSegments(client: ClientBase): Promise<readonly Segment[]> {
  const { rows } = await client.query<Segment>(
    `select number, sealed_at is not null as sealed from maniple.audit_segments
     where pruned_at is null order by number`,
  )
  return rows
}

async function* linesOfSegment(
  client: ClientBase,
  segment: number,
  from: string,
): AsyncGenerator<string> {
  for await (const page of pagesOfSegment(client, segment)) {
    for (const record of page) if (record.at >= from) yield lineOf(record)
  }
}

export function exportAudit(pool: Pool, { since }: ExportOptions): AuditExport {
  const from = since?.toISOString().replace('Z', '000Z') ?? ''
  const whole: number[] = []
  const lines = async function* (): AsyncGenerator<string> {
    await using moment = await openMoment(pool)
    const { client } = moment
    for (const { number, sealed } of await readSegments(client)) {
      yield* linesOfSegment(client, number, from)
      if (sealed && since === undefined) whole.push(number)
    }
    yield JSON.stringify({ heads: await readHeads(client) })
  }
  return {
    [Symbol.asyncIterator]: lines,
    confirm: async () => {
      const { rowCount } = await pool.query(
        `update maniple.audit_segments set exported_at = clock_timestamp()
         where number = any ($1) and sealed_at is not null and exported_at is null`,
        [whole],
      )
      return rowCount ?? 0
    },
  }
}
