import type { Pool } from 'pg'

export type Opening = {
  /** Milliseconds since the epoch, by the database's clock. */
  readonly openedAt: number
  /** Until then nobody calls; then one may, to try. */
  readonly shutUntil: number
}

/** Lets the database write down each opening of a breaker, as no process tells it. */
export async function rememberOpenings(pool: Pool): Promise<void> {
  await pool.query(`
    create table public.openings (lane text, opened_at timestamptz, shut_until timestamptz);
    create function public.remember_opening() returns trigger language plpgsql as $$
    begin
      insert into public.openings values (new.id, new.opened_at, new.shut_until);
      return null;
    end $$;
    create trigger remember_opening after update of opened_at on maniple.lanes
      for each row when (old.opened_at is distinct from new.opened_at)
      execute function public.remember_opening();`)
}

export async function openingsOf(pool: Pool, lane: string): Promise<readonly Opening[]> {
  const { rows } = await pool.query<Opening>(
    `select (extract(epoch from opened_at) * 1000)::float8 as "openedAt",
       (extract(epoch from shut_until) * 1000)::float8 as "shutUntil"
     from public.openings where lane = $1 order by opened_at`,
    [lane],
  )
  return rows
}
