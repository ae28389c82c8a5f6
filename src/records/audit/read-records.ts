import type { ClientBase, Pool } from 'pg'

/** One stored record: the text that was hashed and the columns that repeat parts of it. */
export type StoredRecord = {
  readonly segment: number
  readonly seq: number
  readonly id: string
  /** In microseconds: `2026-11-21T14:46:44.288000Z`. */
  readonly at: string
  readonly event: string
  readonly actor: string
  readonly repository: string | null
  readonly action: string
  readonly result: string
  readonly entry: string
  readonly hash: string
}

/** Records of some kB each: a page stays within a few MB. */
const pageSize = 500

const columns = `segment, seq, id,
  to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
  event, actor, repository, action, result, entry, hash`

/** The records of one segment in order, a page at a time. */
export async function* pagesOfSegment(
  client: ClientBase,
  segment: number,
): AsyncGenerator<readonly StoredRecord[]> {
  for (let after: number | null = null; ; ) {
    const { rows }: { rows: StoredRecord[] } = await client.query<StoredRecord>(
      `select ${columns} from maniple.audit_entries
       where segment = $1 and ($2::bigint is null or seq > $2) order by seq limit ${pageSize}`,
      [segment, after],
    )
    if (rows.length > 0) yield rows
    if (rows.length < pageSize) return
    after = rows.at(-1)?.seq ?? null
  }
}

/** A connection that sees one moment of the database, whatever is appended meanwhile. */
export type Moment = AsyncDisposable & { readonly client: ClientBase }

export async function openMoment(pool: Pool): Promise<Moment> {
  const client = await pool.connect()
  const close = async (): Promise<void> => {
    // A connection that cannot even do this is not given back.
    const isLost = await client.query('rollback').then(
      () => false,
      () => true,
    )
    client.release(isLost)
  }
  try {
    await client.query('begin transaction isolation level repeatable read read only')
  } catch (error) {
    await close()
    throw error
  }
  return { client, [Symbol.asyncDispose]: close }
}
