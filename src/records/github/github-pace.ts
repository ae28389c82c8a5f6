import type { Pool } from 'pg'

export type Booking = {
  /** Milliseconds from now. */
  readonly waitMs: number
  /** False: it is further off than asked for, and nothing was booked. */
  readonly isBooked: boolean
}

export type PaceOptions = {
  readonly pool: Pool
  /** How many times faster than real time GitHub's passes: 1 but for a simulated one. */
  readonly timeScale: number
}

/** The pace of one credential's writes, over all processes. Credentials are given as hashes. */
export type GitHubPace = {
  readonly book: (
    credential: string,
    write: { readonly creates: boolean; readonly mostMs: number },
  ) => Promise<Booking>
  /** GitHub asked for a rest of so many milliseconds of real time. */
  readonly block: (credential: string, forMs: number) => Promise<void>
  /** Milliseconds for which nothing may be sent; 0 as a rule. */
  readonly blockedMs: (credential: string) => Promise<number>
}

export function createGitHubPace({ pool, timeScale }: PaceOptions): GitHubPace {
  return {
    book: async (credential, { creates, mostMs }) => {
      const { rows } = await pool.query<{ wait_ms: number; booked: boolean }>(
        'select wait_ms, booked from maniple.book_github_write($1, $2, $3, $4)',
        [credential, creates, mostMs, timeScale],
      )
      const [row] = rows
      if (row === undefined) throw new Error('booking a write gave no row')
      return { waitMs: row.wait_ms, isBooked: row.booked }
    },
    block: async (credential, forMs) => {
      await pool.query('select maniple.block_github($1, $2)', [credential, forMs])
    },
    blockedMs: async (credential) => {
      const { rows } = await pool.query<{ ms: number }>(
        `select (extract(epoch from blocked_until - clock_timestamp()) * 1000)::float8 as ms
         from maniple.github_writers where credential = $1 and blocked_until > clock_timestamp()`,
        [credential],
      )
      return rows[0]?.ms ?? 0
    },
  }
}
