import type { Pool } from 'pg'
import * as z from 'zod'
import type { Chunk } from './chunk.ts'

/** An account as it takes part in a lease; amounts in micro-units. */
export type LeaseLine = {
  readonly chunk: Chunk
  /** What the holder counts as granted; what the database has beyond it is given back. */
  readonly base: bigint
  /** What it would like beyond its asks, in reservations of `size`. */
  readonly ahead: number
  readonly size: number
}

export type LeaseRequest = {
  readonly holder: string
  readonly seq: number
  /** Stands in for the database's own time in tests. */
  readonly now: Date | null
  readonly lines: readonly LeaseLine[]
  /** Each is a list of needs: the index of a line, and how much of it. */
  readonly asks: readonly (readonly { readonly line: number; readonly micros: number }[])[]
  readonly forget: readonly string[]
}

const LeaseRow = z.object({
  fenced: z.boolean(),
  granted: z.array(z.number()).nullable(),
  // What refused an ask: index from 1, what it had, milliseconds until it frees.
  refused: z.array(z.tuple([z.int(), z.number(), z.number().nullable()]).nullable()).nullable(),
  forgotten: z.array(z.string()).nullable(),
})

export type LeaseRefusal = {
  readonly line: number
  readonly available: number
  readonly freesMs: number | null
}

export type LeaseAnswer = {
  /** This holder was given up; it may go on only under a new id. */
  readonly fenced: boolean
  /** By line. */
  readonly granted: readonly number[]
  /** By ask; null for those that got all they need. */
  readonly refused: readonly (LeaseRefusal | null)[]
  readonly forgotten: readonly string[]
}

/** Locks are held for milliseconds; a connection that is silent for so long is given up. */
const silenceMs = 10_000

/** One transaction of `maniple.lease` (migrations/0005). */
export async function lease(pool: Pool, request: LeaseRequest): Promise<LeaseAnswer> {
  const { lines, asks } = request
  const needs = asks.flat()
  const query = {
    name: 'lease',
    text: 'select * from maniple.lease($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)',
    values: [
      request.holder,
      request.seq,
      request.now,
      lines.map(({ chunk }) => chunk.id),
      lines.map(({ chunk }) => chunk.account.unit),
      lines.map(({ chunk }) => chunk.limits.cap),
      lines.map(({ chunk }) => chunk.limits.perMinute),
      lines.map(({ chunk }) => chunk.account.periodEnd),
      lines.map((line) => line.base.toString()),
      lines.map((line) => line.ahead),
      lines.map((line) => line.size),
      asks.map((ask) => ask.length),
      needs.map((need) => need.line + 1),
      needs.map((need) => need.micros),
      request.forget,
    ],
    query_timeout: silenceMs,
  }
  const result = await pool.query<Record<string, unknown>>(query)
  const row = LeaseRow.parse(result.rows[0])
  return {
    fenced: row.fenced,
    granted: row.granted ?? [],
    refused: (row.refused ?? []).map(toRefusal),
    forgotten: row.forgotten ?? [],
  }
}

function toRefusal(found: [number, number, number | null] | null): LeaseRefusal | null {
  if (found === null) return null
  const [index, available, freesMs] = found
  return { line: index - 1, available, freesMs }
}
