import assert from 'node:assert/strict'
import type { Pool } from 'pg'

const breaches = {
  'tasks that have not ended': `select s.key from maniple.tasks t join maniple.task_specs s on s.task_id = t.id
    where t.state not in ('succeeded', 'failed', 'skipped', 'cancelled')`,
  'tasks held by a worker': 'select id from maniple.tasks where worker_id is not null',
  'tasks that succeeded in more or less than one attempt': `select t.id from maniple.tasks t
    where t.state = 'succeeded' and 1 <> (select count(*) from maniple.attempts a where a.task_id = t.id and a.outcome = 'succeeded')`,
  'tasks with a success that is not their last attempt': `select t.id from maniple.tasks t join maniple.attempts a
    on a.task_id = t.id and a.outcome = 'succeeded' where a.attempt <> t.attempt`,
  'attempts without a record': `select t.id from maniple.tasks t
    where t.attempt <> (select count(*) from maniple.attempts a where a.task_id = t.id)`,
  'attempts that ended after the next had begun': `select a.task_id from maniple.attempts a join maniple.attempts b
    on b.task_id = a.task_id and b.attempt = a.attempt + 1 where a.finished_at > b.started_at`,
  'tasks begun before a dependency had ended': `select e.task_id from maniple.task_edges e
    join maniple.tasks n on n.id = e.needs_id join maniple.tasks t on t.id = e.task_id
    where t.started_at < n.finished_at`,
  'lanes with places held': 'select id, held from maniple.lanes where held <> 0',
  'runs with places held or tasks open':
    'select id, held, open from maniple.runs where held <> 0 or open <> 0',
  'groups with tasks left': 'select id from maniple.task_groups where ready <> 0',
  'gaps in the events': `select run_id from maniple.run_events group by run_id having max(seq) <> count(*)
    union select id from maniple.runs r where seq <> (select count(*) from maniple.run_events e where e.run_id = r.id)`,
  'tasks whose end was told more or less than once': `select t.id from maniple.tasks t where t.ordinal > 0 and 1 <> (
    select count(*) from maniple.run_events e, unnest(e.ordinals, e.states) as x (ordinal, state)
    where e.run_id = t.run_id and x.ordinal = t.ordinal and x.state in ('succeeded', 'failed', 'skipped', 'cancelled'))`,
} as const

/** After everything has ended: nothing is open, nothing is counted, nothing happened twice. */
export async function assertSound(pool: Pool): Promise<void> {
  for (const [what, query] of Object.entries(breaches)) {
    const { rows } = await pool.query(query)
    assert.deepEqual(rows, [], what)
  }
}
