-- What people and time do to runs: cancel, retry, resume, recover, heartbeat, sweep.

-- Tasks of active runs that hold places.
create view maniple.held_tasks as
  select t.* from maniple.tasks t
  where t.run_id in (select id from maniple.runs where outcome is null)
    and t.state in ('running', 'parked');

-- Takes a run's closing task back to waiting if it has not begun or is parked, and marks it if it runs.
create function maniple.withdraw_closing(p_run text) returns void language plpgsql as $$
declare
  v_closing record;
begin
  select t.id, t.group_id, t.state into v_closing from maniple.runs r join maniple.tasks t on t.id = r.closing_task
  where r.id = p_run and t.state in ('ready', 'running', 'parked');
  if v_closing.state = 'running' then
    update maniple.tasks set cancel_requested = true where id = v_closing.id;
  elsif found then
    insert into maniple.attempts (task_id, attempt, outcome, started_at, finished_at, duration_ms)
    select id, attempt, 'cancelled', started_at, clock_timestamp(), 0 from maniple.tasks
    where id = v_closing.id and state = 'parked';
    update maniple.tasks set state = 'waiting', due_at = null where id = v_closing.id;
    delete from maniple.task_queue where group_id = v_closing.group_id;
    delete from maniple.task_timers where task_id = v_closing.id;
    update maniple.task_groups set ready = ready - (v_closing.state = 'ready')::int where id = v_closing.group_id;
    update maniple.runs set held = held - (v_closing.state = 'parked')::int,
      parked = parked - (v_closing.state = 'parked')::int where id = p_run;
  end if;
end $$;

-- Closes what has not begun and marks what is running; those keep their lanes until their worker or
-- recovery closes them. Returns false when the run had ended before.
create function maniple.cancel_run(p_run text) returns boolean language plpgsql
set plan_cache_mode = force_generic_plan set random_page_cost = 0.01 set cpu_tuple_cost = 1 set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_changes maniple.change[] := '{}';
begin
  perform maniple.lock_runs(array[p_run]);
  update maniple.runs set cancel_requested_at = clock_timestamp()
  where id = p_run and outcome is null and cancel_requested_at is null;
  if not found then
    return (select outcome is null from maniple.runs where id = p_run);
  end if;
  with ids as materialized (
    select task_id from maniple.task_specs where run_id = p_run and ordinal > 0
  ), before as materialized (
    select t.id, t.group_id, t.state, t.attempt, t.started_at from maniple.tasks t
    where t.id in (select task_id from ids) and t.state in ('waiting', 'ready', 'parked')
  ), stopped as (
    update maniple.tasks t set state = 'cancelled', since = clock_timestamp(), finished_at = clock_timestamp(),
      due_at = null, cancel_requested = true
    from before b where t.id = b.id
    returning t.run_id, t.ordinal, t.state, t.attempt
  ), kept as (
    insert into maniple.attempts (task_id, attempt, outcome, started_at, finished_at, duration_ms)
    select id, attempt, 'cancelled', started_at, clock_timestamp(), 0 from before where state = 'parked'
  ), unqueued as (
    delete from maniple.task_queue where group_id in (select group_id from before where state = 'ready')
  ), untimed as (
    delete from maniple.task_timers where task_id in (select id from before)
  ), per_group as (
    select group_id, count(*) filter (where state = 'ready') as ready,
      count(*) filter (where state = 'parked') as held
    from before group by 1
  ), group_room as (
    update maniple.task_groups g set ready = g.ready - p.ready
    from per_group p where g.id = p.group_id
  ), lane_room as (
    update maniple.lanes l set held = l.held - f.n
    from (select lane, sum(p.held) as n from per_group p join maniple.task_groups g on g.id = p.group_id,
      unnest(g.lanes) as lane group by 1) f
    where l.id = f.lane and f.n > 0
  ), run_room as (
    update maniple.runs r set held = r.held - p.held, open = r.open - p.n, cancelled = r.cancelled + p.n,
      parked = r.parked - p.held
    from (select count(*) as n, count(*) filter (where state = 'parked') as held from before) p
    where r.id = p_run and p.n > 0
  ), marked as (
    update maniple.tasks t set cancel_requested = true
    from ids where t.id = ids.task_id and t.state = 'running'
  )
  select coalesce(array_agg((run_id, ordinal, state, attempt)::maniple.change), '{}') into v_changes from stopped;
  perform maniple.withdraw_closing(p_run);
  v_changes := maniple.end_runs(array[p_run], v_changes);
  -- The request itself is an event even when every task was running.
  perform maniple.record_changes(v_changes || (p_run, null, null, null)::maniple.change);
  perform pg_notify('maniple', 'cancel');
  return true;
end $$;

-- Runs failed, skipped and cancelled tasks again, in the same run, and the closing task after them.
-- p_binding replaces the binding of a command-line run. Returns how many tasks will
-- run again, or -1 when another process performs it.
create function maniple.retry_run(p_run text, p_binding text) returns integer language plpgsql
set plan_cache_mode = force_generic_plan set random_page_cost = 0.01 set cpu_tuple_cost = 1 set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_run record;
  v_changes maniple.change[] := '{}';
  v_n integer;
begin
  perform maniple.lock_runs(array[p_run]);
  select * into v_run from maniple.runs where id = p_run;
  if p_binding is not null then
    if exists (select 1 from maniple.workers w join maniple.task_groups g on maniple.may_perform(w, g)
      where g.run_id = p_run and g.binding is not null and g.binding <> p_binding) then
      return -1;
    end if;
    update maniple.task_groups set binding = p_binding where run_id = p_run and binding is not null;
  end if;
  if v_run.outcome is null then
    return 0;
  end if;
  with again as materialized (
    select s.task_id from maniple.task_specs s join maniple.tasks t on t.id = s.task_id
    where s.run_id = p_run and s.ordinal > 0 and t.state in ('failed', 'skipped', 'cancelled')
  ), counts as (
    select a.task_id, count(d.id) as pending
    from again a
    join maniple.task_specs s on s.task_id = a.task_id
    left join lateral unnest(s.depends_on) as needs (key) on true
    left join maniple.task_specs ds on ds.run_id = p_run and ds.key = needs.key
    left join maniple.tasks d on d.id = ds.task_id and d.state <> 'succeeded'
    group by a.task_id
  ), reset as (
    update maniple.tasks t set
      state = (case when c.pending = 0 then 'ready' else 'waiting' end)::maniple.task_state, pending = c.pending,
      rank = extract(epoch from clock_timestamp()) * 1000 - t.boost_ms,
      retries = 0, losses = 0, cancel_requested = false, due_at = null, since = clock_timestamp()
    from counts c where t.id = c.task_id
    returning t.id, t.rank, t.run_id, t.group_id, t.ordinal, t.state, t.attempt
  ), queued as (
    insert into maniple.task_queue (group_id, rank, task_id)
    select group_id, rank, id from reset where state = 'ready'
  ), group_room as (
    update maniple.task_groups g set ready = g.ready + p.n
    from (select group_id, count(*) as n from reset where state = 'ready' group by 1) p where g.id = p.group_id
  )
  select count(*), coalesce(array_agg((run_id, ordinal, state, attempt)::maniple.change), '{}')
  into v_n, v_changes from reset;
  if v_n = 0 and v_run.outcome = 'succeeded' then
    return 0;
  end if;
  update maniple.tasks set state = 'waiting', pending = 0, cancel_requested = false, retries = 0, losses = 0, due_at = null
  where id = v_run.closing_task;
  update maniple.runs set outcome = null, finished_at = null, cancel_requested_at = null,
    open = v_n, failed = 0, skipped = 0, cancelled = 0, report = null, report_ok = true,
    earlier_wall_ms = earlier_wall_ms + extract(epoch from finished_at - resumed_at) * 1000,
    resumed_at = clock_timestamp()
  where id = p_run;
  v_changes := maniple.end_runs(array[p_run], v_changes);
  perform maniple.record_changes(v_changes || (p_run, null, null, null)::maniple.change);
  perform pg_notify('maniple', 'work');
  return greatest(v_n, 1);
end $$;

-- Ends a parked attempt from outside: one compare-and-set on (task, attempt). False when another was first.
create function maniple.resume_parked(
  p_task bigint, p_attempt integer, p_kind text, p_output text, p_code text, p_message text, p_cost text,
  p_simulated boolean
) returns boolean language plpgsql
set plan_cache_mode = force_generic_plan set random_page_cost = 0.01 set cpu_tuple_cost = 1 set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_run text := (select run_id from maniple.tasks where id = p_task);
  v_changes maniple.change[] := '{}';
  c record;
begin
  perform maniple.lock_runs(array[v_run]);
  select * into c from maniple.close_attempts(null, array[p_task], array[p_attempt], array[p_kind], array[p_output],
    array[p_code], array[p_message], array[0::float8], array[0::float8], array[p_cost], array[p_simulated], array[false], v_changes);
  if c.closed_tasks is null then
    return false;
  end if;
  perform maniple.record_changes(maniple.follow_up(array[v_run], c.done, c.broken, c.changes));
  perform pg_notify('maniple', 'work');
  return true;
end $$;

-- Workers gone: their attempts are closed as lost and their tasks are ready again, for new numbers.
-- Returns how many attempts were closed.
create function maniple.recover(p_workers text[], p_kind text) returns integer language plpgsql
set plan_cache_mode = force_generic_plan set random_page_cost = 0.01 set cpu_tuple_cost = 1 set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_worker text;
  v_runs text[];
  v_changes maniple.change[] := '{}';
  v_tasks bigint[];
  v_attempts integer[];
  v_ms double precision[];
  v_closed integer := 0;
  n integer;
  c record;
begin
  perform 1 from maniple.workers where id = any (p_workers) order by id for update;
  delete from maniple.workers where id = any (p_workers);
  v_runs := array(select distinct run_id from maniple.held_tasks where worker_id = any (p_workers));
  perform maniple.lock_runs(v_runs);
  foreach v_worker in array p_workers loop
    select array_agg(id), array_agg(attempt), array_agg(extract(epoch from clock_timestamp() - started_at) * 1000), count(*)
    into v_tasks, v_attempts, v_ms, n from maniple.held_tasks where worker_id = v_worker;
    continue when n = 0;
    select * into c from maniple.close_attempts(v_worker, v_tasks, v_attempts, array_fill(p_kind, array[n]),
      array_fill(null::text, array[n]),
      array_fill(case when p_kind = 'lost' then 'worker_lost' end, array[n]),
      array_fill(case when p_kind = 'lost' then 'the worker was lost while performing the task' end, array[n]),
      array_fill(0::float8, array[n]), v_ms, array_fill(null::text, array[n]),
      array_fill(false, array[n]), array_fill(false, array[n]), v_changes);
    v_closed := v_closed + coalesce(cardinality(c.closed_tasks), 0);
    v_changes := maniple.follow_up(v_runs, c.done, c.broken, coalesce(c.changes, v_changes));
  end loop;
  if cardinality(v_changes) > 0 then
    perform maniple.record_changes(v_changes);
    perform pg_notify('maniple', 'work');
  end if;
  return v_closed;
end $$;

-- Keeps a worker alive. stop: attempts it must end (cancelled, or no longer its own).
-- missing: with p_look, open attempts of its that it does not know (the answer to its claim was lost
-- on the way), as [task, attempt, retries, spec]. Looking reads every task of the active runs.
create function maniple.heartbeat(
  p_worker text, p_tasks bigint[], p_attempts integer[], p_look boolean, out alive boolean, out stop bigint[], out missing json
) language plpgsql
set plan_cache_mode = force_generic_plan set random_page_cost = 0.01 set cpu_tuple_cost = 1 set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  update maniple.workers set heartbeat_at = clock_timestamp() where id = p_worker;
  alive := found;
  stop := array(select x.task from unnest(p_tasks, p_attempts) as x (task, try)
    left join maniple.tasks t on t.id = x.task and t.attempt = x.try and t.worker_id = p_worker
    where t.id is null or t.cancel_requested);
  if p_look then
    select json_agg(json_build_array(t.id, t.attempt, t.retries, s.spec)) into missing
    from maniple.held_tasks t join maniple.task_specs s on s.task_id = t.id
    where t.worker_id = p_worker and not (t.id = any (p_tasks));
  end if;
end $$;

-- Compares every count with what is open, repairs what differs and says what it was. Under the
-- locks of all active runs, so a difference is a breach and not a moment between two commits.
create function maniple.sweep() returns setof text language plpgsql
set enable_seqscan = off as $$
declare
  v_runs text[] := array(select id from maniple.runs where outcome is null);
  x record;
begin
  perform 1 from maniple.runs where id = any (v_runs) order by id for update;
  perform 1 from maniple.lanes order by id for update;
  for x in
    select r.id, r.held, count(t.id) as actual from maniple.runs r
    left join maniple.held_tasks t on t.run_id = r.id
    where r.id = any (v_runs) group by r.id, r.held having r.held <> count(t.id)
  loop
    update maniple.runs set held = x.actual where id = x.id;
    return next format('run %s counted %s held tasks, %s are open', x.id, x.held, x.actual);
  end loop;
  for x in
    select l.id, l.held, coalesce(o.n, 0) as actual from maniple.lanes l
    left join (select lane, count(*) as n from maniple.held_tasks t
      join maniple.task_groups g on g.id = t.group_id, unnest(g.lanes) as lane group by lane) o on o.lane = l.id
    where l.held <> coalesce(o.n, 0)
  loop
    update maniple.lanes set held = x.actual where id = x.id;
    return next format('lane %s counted %s held places, %s are open', x.id, x.held, x.actual);
  end loop;
  for x in
    select g.id, g.run_id, g.ready, count(q.task_id) as actual
    from maniple.task_groups g left join maniple.task_queue q on q.group_id = g.id
    where g.run_id = any (v_runs) group by g.id having g.ready <> count(q.task_id)
  loop
    update maniple.task_groups set ready = x.actual where id = x.id;
    return next format('group %s of run %s counted %s ready tasks, there are %s', x.id, x.run_id, x.ready, x.actual);
  end loop;
  for x in
    select t.id, t.run_id, t.worker_id from maniple.held_tasks t
    where t.worker_id is not null and not exists (select 1 from maniple.workers w where w.id = t.worker_id)
  loop
    perform maniple.recover(array[x.worker_id], 'lost');
    return next format('task %s of run %s was held by worker %s, which is gone', x.id, x.run_id, x.worker_id);
  end loop;
end $$;
