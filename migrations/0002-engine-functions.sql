-- The engine's hot path, one round trip and one commit for everything that happened since the last.
-- The functions that clients call (step here; cancel, retry and the like in 0003) set the planner
-- for all that they call: plans are generic, made once a session, and know no sequential scans, hash
-- or merge joins: a plan made while a table was empty would go on scanning it when it is full.

create type maniple.change as (run_id text, ordinal integer, state maniple.task_state, attempt integer);

-- Whether a worker may perform the tasks of a group. Inlined into the statements that use it.
create function maniple.may_perform(w maniple.workers, g maniple.task_groups) returns boolean language sql
immutable as $$
  select g.agent = any (w.agents) and g.binding is not distinct from w.binding
    and (w.only_run is null or w.only_run = g.run_id)
$$;

-- Locks the runs and then their lanes, each in the order of their ids.
create function maniple.lock_runs(p_runs text[]) returns void language plpgsql as $$
begin
  perform 1 from maniple.runs where id = any (p_runs) order by id for update;
  perform 1 from maniple.lanes
  where id in (select unnest(lanes) from maniple.task_groups where run_id = any (p_runs))
  order by id for update;
end $$;

-- Ends attempts. Rows whose (task, attempt, worker) no longer match are left out: their fence fell.
-- Kinds: succeeded, failed, retry, lost, released, cancelled, parked. p_worker is null for an
-- attempt that was parked. Needs the locks of the runs.
create function maniple.close_attempts(
  p_worker text, p_tasks bigint[], p_attempts integer[], p_kinds text[], p_outputs text[],
  p_codes text[], p_messages text[], p_delays_ms double precision[], p_durations_ms double precision[],
  p_costs text[], p_simulated boolean[], p_cached boolean[],
  inout changes maniple.change[], out closed_tasks bigint[], out done bigint[], out broken bigint[]
) language plpgsql as $$
begin
  with given as materialized (
    select * from unnest(p_tasks, p_attempts, p_kinds, p_outputs, p_codes, p_messages, p_delays_ms,
      p_durations_ms, p_costs, p_simulated, p_cached)
      as x (task, try, kind, output, code, message, delay_ms, duration_ms, cost, simulated, cached)
  ), closed as (
    update maniple.tasks t set
      state = case
        when g.kind in ('succeeded', 'failed', 'cancelled') then g.kind::maniple.task_state
        when t.cancel_requested then 'cancelled'
        when g.kind = 'retry' then 'waiting'
        when g.kind = 'lost' and t.losses >= 2 then 'failed'
        when g.kind = 'parked' then 'parked'
        -- Lost or released: its places go free, since nobody may be left who can perform it; its rank
        -- stays, so that it goes first where somebody is.
        else 'ready' end,
      retries = t.retries + (g.kind = 'retry')::int,
      losses = case g.kind when 'lost' then t.losses + 1 when 'released' then t.losses else 0 end,
      due_at = case when g.kind in ('retry', 'parked') and not t.cancel_requested
        then clock_timestamp() + make_interval(secs => g.delay_ms / 1000) end,
      park_reason = case when g.kind = 'parked' then g.code::maniple.park_reason end,
      worker_id = null, since = clock_timestamp(),
      finished_at = case when g.kind <> 'parked' then clock_timestamp() end,
      chain_ms = t.chain_ms + g.duration_ms
    from given g
    -- Phrased so that only the primary key fits: a plan over one of the small indexes compares every
    -- given row with every open one (tried: 700 ms for 1,000 rows instead of 15).
    where t.id = g.task and t.attempt = g.try
      and t.state in ('running', 'parked') and t.worker_id is not distinct from p_worker
    returning t.id, t.run_id, t.group_id, t.ordinal, t.attempt, t.state, t.rank, t.due_at, t.started_at, t.since, t.chain_ms,
      g.kind, g.output, g.code, g.message, g.duration_ms, g.cost, g.simulated, g.cached
  ), kept as (
    insert into maniple.attempts (task_id, attempt, worker_id, outcome, error_code, error_message,
      started_at, finished_at, duration_ms, output, cost, simulated, cached)
    select c.id, c.attempt, p_worker, case when c.state = 'cancelled' then 'cancelled' else c.kind::maniple.attempt_outcome end,
      c.code, c.message, c.started_at, c.since, c.duration_ms, c.output::jsonb,
      case when c.cost is null then '{}' else c.cost::jsonb end, c.simulated, c.cached
    from closed c where c.state <> 'parked'
  ), queued as (
    insert into maniple.task_queue (group_id, rank, task_id)
    select group_id, rank, id from closed where state = 'ready'
  ), timed as (
    insert into maniple.task_timers (task_id, run_id, due_at)
    select id, run_id, due_at from closed where due_at is not null
  ), untimed as (
    delete from maniple.task_timers where p_worker is null and task_id in (select id from closed)
  ), per_group as (
    select group_id, count(*) filter (where state <> 'parked') as freed,
      count(*) filter (where state = 'ready') as again
    from closed group by group_id
  ), lane_room as (
    update maniple.lanes l set held = l.held - f.n
    from (select lane, sum(p.freed) as n from per_group p
      join maniple.task_groups tg on tg.id = p.group_id, unnest(tg.lanes) as lane
      where p.freed > 0 group by lane) f
    where l.id = f.lane
  ), group_room as (
    update maniple.task_groups tg set ready = tg.ready + p.again
    from per_group p where tg.id = p.group_id and p.again > 0
  ), per_run as (
    select run_id,
      count(*) filter (where state <> 'parked') as freed,
      count(*) filter (where ordinal > 0 and state = 'succeeded') as succeeded,
      count(*) filter (where ordinal > 0 and state = 'failed') as failed,
      count(*) filter (where ordinal > 0 and state = 'cancelled') as cancelled,
      count(*) filter (where state = 'parked') - case when p_worker is null then count(*) else 0 end as parked,
      bool_or(simulated) as simulated,
      coalesce(sum(duration_ms) filter (where ordinal > 0), 0) as busy_ms,
      coalesce(max(chain_ms) filter (where ordinal > 0), 0) as chain_ms
    from closed group by run_id
  ), per_cost as (
    select run_id, jsonb_object_agg(unit, amount) as cost from (
      select x.run_id, x.unit, sum(x.amount) as amount from (
        select c.run_id, e.key as unit, e.value::float8 as amount
        from closed c, jsonb_each_text(coalesce(c.cost, '{}')::jsonb) e where c.cost is not null
        union all
        select r.id, e.key, e.value::float8 from maniple.runs r, jsonb_each_text(r.cost) e
        where r.id in (select run_id from closed where cost is not null)
      ) x group by 1, 2
    ) y group by run_id
  ), run_room as (
    update maniple.runs r set
      held = r.held - p.freed, open = r.open - (p.succeeded + p.failed + p.cancelled),
      succeeded = r.succeeded + p.succeeded, failed = r.failed + p.failed,
      cancelled = r.cancelled + p.cancelled, parked = r.parked + p.parked, simulated = r.simulated or p.simulated,
      sequential_ms = r.sequential_ms + p.busy_ms,
      critical_path_ms = greatest(r.critical_path_ms, p.chain_ms),
      cost = coalesce((select c.cost from per_cost c where c.run_id = r.id), r.cost)
    from per_run p where r.id = p.run_id
  )
  select changes || array_agg((c.run_id, c.ordinal, c.state, c.attempt)::maniple.change),
    array_agg(c.id),
    array_agg(c.id) filter (where c.state = 'succeeded' and c.ordinal > 0),
    array_agg(c.id) filter (where c.state in ('failed', 'cancelled') and c.ordinal > 0)
  into changes, closed_tasks, done, broken from closed c;
end $$;

-- Lowers the counts of those that waited for `done`, and makes ready whose count reached zero.
create function maniple.release_dependants(p_done bigint[], inout changes maniple.change[]) language plpgsql as $$
declare
  v_ready maniple.change[];
begin
  with counts as materialized (
    select e.task_id, count(*) as n, max(d.chain_ms) as chain_ms
    from unnest(p_done) as x (id)
    join maniple.task_edges e on e.needs_id = x.id join maniple.tasks d on d.id = x.id
    group by e.task_id
  ), lowered as (
    update maniple.tasks t set
      pending = t.pending - c.n,
      chain_ms = greatest(t.chain_ms, c.chain_ms),
      state = case when t.pending = c.n then 'ready'::maniple.task_state else t.state end,
      since = case when t.pending = c.n then clock_timestamp() else t.since end,
      rank = case when t.pending = c.n then extract(epoch from clock_timestamp()) * 1000 - t.boost_ms else t.rank end
    from counts c where t.id = c.task_id and t.state = 'waiting'
    returning t.id, t.rank, t.run_id, t.group_id, t.ordinal, t.state, t.attempt
  ), queued as (
    insert into maniple.task_queue (group_id, rank, task_id)
    select group_id, rank, id from lowered where state = 'ready'
  ), group_room as (
    update maniple.task_groups tg set ready = tg.ready + p.n
    from (select group_id, count(*) as n from lowered where state = 'ready' group by 1) p
    where tg.id = p.group_id
  )
  select array_agg((run_id, ordinal, state, attempt)::maniple.change) filter (where state = 'ready')
  into v_ready from lowered;
  changes := changes || coalesce(v_ready, '{}');
end $$;

-- Skips everything that waited, directly or not, for tasks that will never succeed.
create function maniple.skip_dependants(p_broken bigint[], inout changes maniple.change[]) language plpgsql as $$
declare
  v_skipped maniple.change[];
begin
  with recursive hit (id) as (
    select e.task_id from maniple.task_edges e where e.needs_id = any (p_broken)
    union
    select e.task_id from hit join maniple.task_edges e on e.needs_id = hit.id
  ), skipped as (
    update maniple.tasks t set state = 'skipped', since = clock_timestamp(), finished_at = clock_timestamp(), due_at = null
    from hit where t.id = hit.id and t.state = 'waiting'
    returning t.run_id, t.ordinal, t.state, t.attempt
  ), run_room as (
    update maniple.runs r set open = r.open - p.n, skipped = r.skipped + p.n
    from (select run_id, count(*) as n from skipped group by 1) p where r.id = p.run_id
  )
  select array_agg((run_id, ordinal, state, attempt)::maniple.change) into v_skipped from skipped;
  changes := changes || coalesce(v_skipped, '{}');
end $$;

-- Ends the runs whose tasks have all ended, or makes their closing task ready first.
create function maniple.end_runs(p_runs text[], inout changes maniple.change[]) language plpgsql as $$
declare
  r record;
  v_closing record;
  v_closed boolean;
begin
  for r in select * from maniple.runs where id = any (p_runs) and open = 0 and outcome is null loop
    v_closed := true;
    if r.closing_task is not null then
      select t.id, t.state, t.group_id, t.attempt into v_closing from maniple.tasks t where t.id = r.closing_task;
      v_closed := v_closing.state = 'succeeded';
      if v_closing.state = 'waiting' and (r.succeeded = 0 or r.cancel_requested_at is not null) then
        update maniple.tasks set state = 'skipped', since = clock_timestamp(), finished_at = clock_timestamp(), due_at = null
        where id = v_closing.id;
        delete from maniple.task_timers where task_id = v_closing.id;
      elsif v_closing.state = 'waiting' and (select due_at is null from maniple.tasks where id = v_closing.id) then
        update maniple.tasks set state = 'ready', since = clock_timestamp(), pending = 0 where id = v_closing.id;
        insert into maniple.task_queue (group_id, rank, task_id) values (v_closing.group_id, 0, v_closing.id);
        update maniple.task_groups set ready = ready + 1 where id = v_closing.group_id;
        continue;
      elsif v_closing.state not in ('succeeded', 'failed', 'skipped', 'cancelled') then
        continue;
      elsif v_closing.state <> 'skipped' then
        update maniple.runs x set
          report = coalesce(a.output -> 'report', jsonb_build_object('error', a.error_message)),
          report_ok = coalesce((a.output -> 'ok')::boolean, false)
        from maniple.attempts a
        where x.id = r.id and a.task_id = v_closing.id and a.attempt = v_closing.attempt
        returning x.report_ok into r.report_ok;
      end if;
    end if;
    update maniple.runs set finished_at = clock_timestamp(), outcome = (case
      when r.cancelled > 0 then 'cancelled'
      when r.cancel_requested_at is not null and not v_closed then 'cancelled'
      when r.failed + r.skipped = 0 and r.report_ok then 'succeeded'
      when r.succeeded > 0 then 'partial'
      else 'failed' end)::maniple.run_outcome
    where id = r.id;
    -- An end is an event even when the last task ended before.
    changes := changes || (r.id, null, null, null)::maniple.change;
  end loop;
end $$;

-- Gives the worker up to p_free ready tasks, best first, as far as their run's slots and all of their
-- lanes have room. A task is admitted in the commit that starts it, so no place is held without
-- work. Needs the locks of the runs.
create function maniple.admit(
  p_runs text[], p_worker maniple.workers, p_free integer,
  inout changes maniple.change[], out claimed bigint[]
) language plpgsql as $$
declare
  v_picked integer;
  v_groups integer;
  v_changes maniple.change[];
  v_claimed bigint[];
  v_free integer := p_free;
begin
  while v_free > 0 loop
    with open_groups as materialized (
      select g.id, g.run_id, g.lanes, r.slots - r.held as run_free,
        least(v_free, r.slots - r.held, room.free) as most
      from maniple.task_groups g
      join maniple.runs r on r.id = g.run_id
      cross join lateral (
        select min(l.capacity - l.held) as free, bool_or(l.shut_until > clock_timestamp()) as shut
        from maniple.lanes l where l.id = any (g.lanes)) room
      where g.run_id = any (p_runs) and g.ready > 0 and maniple.may_perform(p_worker, g) and r.cancel_requested_at is null
        and r.slots > r.held and coalesce(room.free, 1) > 0 and room.shut is not true
    ), candidates as materialized (
      select t.id, t.rank, g.id as group_id, g.run_id, g.lanes, g.run_free,
        row_number() over (order by t.rank, t.id) as nth,
        row_number() over (partition by g.run_id order by t.rank, t.id) as nth_of_run
      from open_groups g cross join lateral (
        select task_id as id, rank from maniple.task_queue where group_id = g.id
        order by rank, task_id limit g.most) t
    ), over_lane as materialized (
      -- Needed only where groups share a lane; one group alone was limited by its lanes above.
      select id from (
        select c.id, l.capacity - l.held as free,
          row_number() over (partition by l.id order by c.rank, c.id) as nth
        from candidates c, unnest(c.lanes) as lane join maniple.lanes l on l.id = lane
        where (select count(*) from open_groups) > 1
      ) x where nth > free
    ), picked as materialized (
      select id, rank, group_id, run_id, lanes from candidates
      where nth <= v_free and nth_of_run <= run_free and id not in (select id from over_lane)
    ), unqueued as (
      delete from maniple.task_queue q using picked p
      where q.group_id = p.group_id and q.rank = p.rank and q.task_id = p.id
    ), taken as (
      update maniple.tasks t set state = 'running', worker_id = p_worker.id, attempt = t.attempt + 1,
        started_at = clock_timestamp(), finished_at = null, since = clock_timestamp()
      from picked p where t.id = p.id
      returning t.id, t.run_id, t.ordinal, t.state, t.attempt
    ), per_group as materialized (
      select group_id, run_id, lanes, count(*) as n from picked group by 1, 2, 3
    ), group_room as (
      update maniple.task_groups tg set ready = tg.ready - p.n from per_group p where tg.id = p.group_id
    ), lane_room as (
      update maniple.lanes l set held = l.held + f.n
      from (select lane, sum(n) as n from per_group, unnest(lanes) as lane group by lane) f
      where l.id = f.lane
    ), run_room as (
      update maniple.runs r set held = r.held + p.n, started_at = coalesce(r.started_at, clock_timestamp())
      from (select run_id, sum(n) as n from per_group group by run_id) p
      where r.id = p.run_id
    )
    select count(*), array_agg((run_id, ordinal, state, attempt)::maniple.change), array_agg(id),
      (select count(*) from open_groups)
    into v_picked, v_changes, v_claimed, v_groups from taken;
    exit when v_picked = 0;
    changes := changes || v_changes;
    claimed := claimed || v_claimed;
    v_free := v_free - v_picked;
    -- With several groups a pick can fall short of the room (one refused for its lane was counted
    -- for its run): look again.
    exit when v_groups = 1;
  end loop;
end $$;

-- How many tasks a worker may take to be level with all others that have free places for the same
-- runs. Exact counts, because each worker writes its own in every step.
create function maniple.fair_share(p_runs text[], p_worker maniple.workers, p_performing integer) returns integer
language plpgsql as $$
declare
  v_others integer;
  v_performing integer;
  v_room integer;
begin
  select count(*), sum(w.performing) into v_others, v_performing from maniple.workers w
  where w.id <> p_worker.id and w.performing < w.slots
    and exists (select 1 from maniple.task_groups g where g.run_id = any (p_runs) and maniple.may_perform(w, g));
  if v_others = 0 then
    return 2147483647;
  end if;
  select sum(least(room, slots - held)) into v_room from (
    select r.id, r.slots, r.held, sum(least(g.ready, coalesce(
      (select min(l.capacity - l.held) from maniple.lanes l where l.id = any (g.lanes)), g.ready))) as room
    from maniple.task_groups g join maniple.runs r on r.id = g.run_id
    where g.run_id = any (p_runs) and g.ready > 0 and maniple.may_perform(p_worker, g)
    group by r.id, r.slots, r.held) x;
  return greatest(0, ceil((v_performing + p_performing + coalesce(v_room, 0)) / (v_others + 1.0))::int - p_performing);
end $$;

-- Writes one event a run for all that this commit changed. Seq counts up without gaps because the
-- run's row is locked.
create function maniple.record_changes(p_changes maniple.change[]) returns void language plpgsql as $$
begin
  with by_run as (
    select run_id,
      coalesce(array_agg(ordinal) filter (where ordinal > 0), '{}') as ordinals,
      coalesce(array_agg(state) filter (where ordinal > 0), '{}') as states,
      coalesce(array_agg(attempt) filter (where ordinal > 0), '{}') as attempts
    from unnest(p_changes) where run_id is not null group by run_id
  ), numbered as (
    update maniple.runs r set seq = r.seq + 1 from by_run b where r.id = b.run_id
    returning r.id, r.seq, r.outcome, r.started_at, b.ordinals, b.states, b.attempts
  )
  insert into maniple.run_events (run_id, seq, at, state, ordinals, states, attempts)
  select id, seq, clock_timestamp(),
    coalesce(outcome::text, case when started_at is null then 'queued' else 'running' end), ordinals, states, attempts
  from numbered;
end $$;

-- What follows when attempts or tasks have ended: dependants, skips, ends of runs.
create function maniple.follow_up(p_runs text[], p_done bigint[], p_broken bigint[], inout changes maniple.change[])
language plpgsql as $$
begin
  if p_done is not null then changes := maniple.release_dependants(p_done, changes); end if;
  if p_broken is not null then changes := maniple.skip_dependants(p_broken, changes); end if;
  changes := maniple.end_runs(p_runs, changes);
end $$;

-- Back-offs that have ended become ready; parked tasks past their deadline fail. Needs the locks.
create function maniple.release_due(p_runs text[], inout changes maniple.change[]) language plpgsql as $$
declare
  v_changes maniple.change[];
  v_late bigint[];
  v_attempts integer[];
  v_broken bigint[];
  v_n integer;
begin
  if not exists (select 1 from maniple.task_timers where due_at <= clock_timestamp() and run_id = any (p_runs)) then
    return;
  end if;
  with hit as materialized (
    select tm.task_id from maniple.task_timers tm join maniple.tasks t on t.id = tm.task_id
    where tm.due_at <= clock_timestamp() and tm.run_id = any (p_runs) and t.state = 'waiting'
  ), untimed as (
    delete from maniple.task_timers tm using hit where tm.task_id = hit.task_id
  ), due as (
    update maniple.tasks t set state = 'ready', since = clock_timestamp(), due_at = null
    from hit where t.id = hit.task_id
    returning t.id, t.rank, t.run_id, t.group_id, t.ordinal, t.state, t.attempt
  ), queued as (
    insert into maniple.task_queue (group_id, rank, task_id) select group_id, rank, id from due
  ), group_room as (
    update maniple.task_groups tg set ready = tg.ready + p.n
    from (select group_id, count(*) as n from due group by 1) p where tg.id = p.group_id
  )
  select array_agg((run_id, ordinal, state, attempt)::maniple.change) into v_changes from due;
  changes := changes || coalesce(v_changes, '{}');
  select array_agg(t.id), array_agg(t.attempt), count(*) into v_late, v_attempts, v_n
  from maniple.task_timers tm join maniple.tasks t on t.id = tm.task_id
  where tm.due_at <= clock_timestamp() and t.state = 'parked' and tm.run_id = any (p_runs);
  if v_late is not null then
    select c.changes, c.broken into changes, v_broken from maniple.close_attempts(null, v_late, v_attempts,
      array_fill('failed'::text, array[v_n]), array_fill(null::text, array[v_n]),
      array_fill('task_timeout'::text, array[v_n]),
      array_fill('the outside work did not end before its deadline'::text, array[v_n]),
      array_fill(0::float8, array[v_n]), array_fill(0::float8, array[v_n]), array_fill(null::text, array[v_n]),
      array_fill(false, array[v_n]), array_fill(false, array[v_n]), changes) c;
    changes := maniple.follow_up(p_runs, null, v_broken, changes);
  end if;
end $$;

-- The one statement of a working process: writes what it finished, frees and refills lanes and
-- slots, and takes as much new work as it has free places. One commit; see the lock order in 0001.
--
-- fenced: the worker is not known (any more): it must stop its attempts and join anew.
-- refused: given attempts that were not this worker's any more and had not been recorded before.
-- claimed: JSON array of [task, attempt, retries, spec]. more: call again at once. next_ms: when something is due.
--
-- With p_fair a worker takes no more than brings it level with the others that have free places, and
-- tells them; spared says that it left something, so that it can come back for what nobody took.
create function maniple.step(
  p_worker text, p_performing integer, p_free integer, p_fair boolean, p_tasks bigint[], p_attempts integer[], p_kinds text[],
  p_outputs text[], p_codes text[], p_messages text[], p_delays_ms double precision[],
  p_durations_ms double precision[], p_costs text[], p_simulated boolean[], p_cached boolean[],
  out fenced boolean, out refused bigint[], out claimed json, out more boolean, out spared boolean,
  out next_ms double precision
) language plpgsql
set plan_cache_mode = force_generic_plan set random_page_cost = 0.01 set cpu_tuple_cost = 1 set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_worker maniple.workers;
  v_runs text[];
  v_changes maniple.change[] := '{}';
  v_closed bigint[];
  v_done bigint[];
  v_broken bigint[];
  v_claimed bigint[];
  v_free integer;
  v_others boolean;
  v_share integer := p_free;
begin
  select * into v_worker from maniple.workers where id = p_worker for key share;
  fenced := not found;
  if fenced then
    return;
  end if;
  v_runs := array(
    select run_id from maniple.tasks where id = any (p_tasks)
    union select run_id from maniple.task_timers where due_at <= clock_timestamp()
    union select run_id from (
      select g.run_id,
        (select min(rank) from maniple.task_queue where group_id = g.id) as rank
      from maniple.task_groups g join maniple.runs r on r.id = g.run_id
      where g.ready > 0 and p_free > 0 and maniple.may_perform(v_worker, g)
        and r.held < r.slots and not exists (
          select 1 from maniple.lanes l where l.id = any (g.lanes)
            and (l.shut_until > clock_timestamp() or (l.held >= l.capacity and cardinality(p_tasks) = 0)))
      order by 2 limit 50) best);
  if cardinality(v_runs) > 0 then
    perform maniple.lock_runs(v_runs);
    if cardinality(p_tasks) > 0 then
      select c.changes, c.closed_tasks, c.done, c.broken into v_changes, v_closed, v_done, v_broken
      from maniple.close_attempts(p_worker, p_tasks, p_attempts, p_kinds, p_outputs, p_codes, p_messages,
        p_delays_ms, p_durations_ms, p_costs, p_simulated, p_cached, v_changes) c;
      v_changes := coalesce(v_changes, '{}');
      if cardinality(p_tasks) > coalesce(cardinality(v_closed), 0) then
        -- A repeat of what is recorded already (the answer was lost on the way) is success.
        refused := array(select x.task from unnest(p_tasks, p_attempts) as x (task, try)
          where not (x.task = any (coalesce(v_closed, '{}'))) and not exists (select 1 from maniple.attempts a
            where a.task_id = x.task and a.attempt = x.try and a.worker_id = p_worker));
      end if;
      v_changes := maniple.follow_up(v_runs, v_done, v_broken, v_changes);
    end if;
    v_changes := maniple.release_due(v_runs, v_changes);
    if p_fair and p_free > 0 then
      v_share := least(p_free, maniple.fair_share(v_runs, v_worker, p_performing));
    end if;
    select a.changes, a.claimed into v_changes, v_claimed
    from maniple.admit(v_runs, v_worker, v_share, v_changes) a;
    if cardinality(v_changes) > 0 then
      perform maniple.record_changes(v_changes);
    end if;
    if v_claimed is not null then
      select json_agg(json_build_array(t.id, t.attempt, t.retries, s.spec) order by t.rank, t.id) into claimed
      from unnest(v_claimed) as c (id) join maniple.tasks t on t.id = c.id
      join maniple.task_specs s on s.task_id = t.id;
    end if;
  end if;
  -- What is left and has room: this worker comes again at once if it has room too (its locks may
  -- have hidden something); otherwise others are told, if there are any. One hint a commit, and
  -- only when this commit changed something: a hint must not cause hints.
  v_free := p_free - coalesce(cardinality(v_claimed), 0);
  spared := v_share < p_free;
  select coalesce(bool_or(mine and v_free > 0), false) and not spared,
    coalesce(bool_or(others and (not mine or v_free <= 0 or spared)), false)
  into more, v_others
  from (
    select maniple.may_perform(v_worker, g) as mine,
      exists (select 1 from maniple.workers w where w.id <> p_worker and maniple.may_perform(w, g)) as others
    from maniple.task_groups g join maniple.runs r on r.id = g.run_id
    where g.ready > 0 and r.held < r.slots and r.cancel_requested_at is null and not exists (
      select 1 from maniple.lanes l where l.id = any (g.lanes)
        and (l.held >= l.capacity or l.shut_until > clock_timestamp()))) left_over;
  spared := spared and v_others;
  update maniple.workers set performing = p_performing + p_free - v_free
  where id = p_worker and performing <> p_performing + p_free - v_free;
  if v_others and cardinality(v_changes) > 0 then
    perform pg_notify('maniple', 'work');
  end if;
  select extract(epoch from least(
    (select min(due_at) from maniple.task_timers),
    (select min(shut_until) from maniple.lanes where shut_until > clock_timestamp())) - clock_timestamp()) * 1000 into next_ms;
end $$;
