import type { Pool } from 'pg'
import * as z from 'zod'
import { isGone, type ProcessPlace } from '../../shared/index.ts'

export async function joinHolders(
  pool: Pool,
  holder: string,
  at: { readonly place: ProcessPlace; readonly now: Date | null },
): Promise<void> {
  const { place, now } = at
  await pool.query(
    `insert into maniple.ledger_holders (id, place, pid, process_start, heartbeat_at)
     values ($1, $2, $3, $4, coalesce($5, clock_timestamp())) on conflict (id) do nothing`,
    [holder, place.place, place.pid, place.startedAt, now],
  )
}

export async function leaveHolders(pool: Pool, holder: string): Promise<void> {
  await pool.query('select maniple.leave_ledger($1)', [holder])
}

const Candidate = z.object({
  id: z.string(),
  pid: z.number(),
  process_start: z.string(),
  is_here: z.boolean(),
  is_silent: z.boolean(),
  silent_since: z.date(),
})

export type Judged = {
  readonly place: ProcessPlace
  /** Not judged. */
  readonly own: string
  readonly limitMs: number
  readonly now: Date | null
}

/**
 * Gives up holders that were silent for `limitMs` (counted from the database's start where that is
 * later, so that its own absence kills nobody), and processes of this place that have ended. Resolves
 * to how many there were.
 */
export async function giveUpLostHolders(pool: Pool, judged: Judged): Promise<number> {
  const { place, own, limitMs, now } = judged
  const result = await pool.query<Record<string, unknown>>(
    `select id, pid, process_start, place = $1 as is_here,
       greatest(heartbeat_at, pg_postmaster_start_time()) < s.silent_since as is_silent, s.silent_since
     from maniple.ledger_holders,
       lateral (select coalesce($4::timestamptz, clock_timestamp()) - make_interval(secs => $2::float8 / 1000) as silent_since) s
     where lost_at is null and id <> $3`,
    [place.place, limitMs, own, now],
  )
  let lost = 0
  for (const one of z.array(Candidate).parse(result.rows)) {
    const isEnded = one.is_here && isGone({ pid: one.pid, startedAt: one.process_start })
    if (!isEnded && !one.is_silent) continue
    const given = await pool.query<Record<string, unknown>>(
      'select maniple.give_up_holder($1, $2, $3) as done',
      [one.id, isEnded ? null : one.silent_since, now],
    )
    if (z.object({ done: z.boolean() }).parse(given.rows[0]).done) lost += 1
  }
  return lost
}

/** Forgets holders that were lost a day ago: nothing of theirs will be settled any more. */
export async function forgetLostHolders(pool: Pool, now: Date | null): Promise<void> {
  await pool.query(
    `delete from maniple.ledger_holders
     where lost_at < coalesce($1::timestamptz, clock_timestamp()) - interval '1 day'`,
    [now],
  )
}
