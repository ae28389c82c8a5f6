import type { Pool } from 'pg'

/**
 * A process that begins to work may have been configured with more money: tasks that wait for a
 * budget are tried again, and wait on where it is still used up.
 */
export async function reopenBudgets(pool: Pool): Promise<void> {
  await pool.query(
    `select maniple.open_lanes(ids, 'budget') from (
       select array(select id from maniple.lanes
         where shut_reason = 'budget' and shut_until > clock_timestamp()) as ids) shut
     where cardinality(ids) > 0`,
  )
}
