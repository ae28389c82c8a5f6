-- Tasks that may be performed in one of several lanes (a model and its fallbacks), breakers that all
-- processes share, and where runs come from.

-- A task always needs the lanes of its group. Where it has a choice, its group is the home of others
-- of the same run that differ in their lanes: the ways. It is queued at home and takes the first way,
-- in the order of preference, that is open and has room.
alter table maniple.task_groups
  add column home_group bigint references maniple.task_groups (id) on delete cascade,
  add column preference integer not null default 0,
  -- What taking this way means to the performer: the name of a model, say. Null where there is no choice.
  add column choice text,
  -- Of a home: the choices of all its ways. Null where there is no choice.
  add column choices text[];

create index task_groups_ways on maniple.task_groups (home_group, preference) where home_group is not null;

-- The way it took last; null for the group's own lanes.
alter table maniple.tasks add column taken_group bigint;

alter table maniple.lanes
  -- Opened by its breaker and not closed since: once it is not shut any more, one place only, to
  -- try with.
  add column half_open boolean not null default false,
  -- How often in a row it opened: the time it stays open grows with it.
  add column openings integer not null default 0,
  add column opened_at timestamptz,
  -- The other side refused for good (a bad key, a retired address). Until then nobody calls it, but
  -- tasks are admitted all the same: they take another way, or fail at once with that code.
  add column dead_until timestamptz,
  add column dead_code text;

-- The choices a worker can serve: one process may know models that another does not. Null: all.
alter table maniple.workers add column choices text[];

-- Whether a worker performs the agent of a group, for its run; what it lacks may be the choices.
create function maniple.may_perform_agent(w maniple.workers, g maniple.task_groups) returns boolean language sql
immutable as $$
  select g.agent = any (w.agents) and g.binding is not distinct from w.binding
    and (w.only_run is null or w.only_run = g.run_id)
$$;

create or replace function maniple.may_perform(w maniple.workers, g maniple.task_groups) returns boolean language sql
immutable as $$
  select g.agent = any (w.agents) and g.binding is not distinct from w.binding
    and (w.only_run is null or w.only_run = g.run_id)
    and (w.choices is null or g.choices is null or g.choices && w.choices)
$$;

create index lanes_shut on maniple.lanes (shut_until) where shut_until is not null;

create or replace view maniple.held_tasks as
  select t.* from maniple.tasks t
  where t.run_id in (select id from maniple.runs where outcome is null)
    and t.state in ('running', 'parked');

-- Where a run comes from: the first run of its chain, and how many lie between.
alter table maniple.runs
  add column root_id text,
  add column depth integer not null default 0,
  add column repository text,
  add column user_name text;

create function maniple.lane_capacity(l maniple.lanes) returns integer language sql immutable as $$
  select case when l.half_open then least(1, l.capacity) else l.capacity end
$$;

-- How many tasks of a group can begin as far as its lanes go: the sum over its ways, each as tight as
-- its tightest lane. p_full counts full lanes as free, so that only shut ones block. Counts only the ways
-- that a worker with p_choices can take; null: all.
create function maniple.group_room(p_group bigint, p_full boolean, p_choices text[]) returns bigint language plpgsql stable as $$
declare
  w record;
  v_room bigint := 0;
begin
  for w in
    select g.lanes from maniple.task_groups g
    where g.id = p_group and (p_choices is null or g.choice is null or g.choice = any (p_choices))
    union all
    select g.lanes from maniple.task_groups g
    where g.home_group = p_group and (p_choices is null or g.choice is null or g.choice = any (p_choices))
  loop
    v_room := v_room + (
      select case when count(*) = 0 then 1000000000 when bool_or(l.shut_until > clock_timestamp()) then 0
        else greatest(0, min(case when p_full then 1 else maniple.lane_capacity(l) - l.held end)) end
      from maniple.lanes l where l.id = any (w.lanes));
  end loop;
  return v_room;
end $$;

-- Ends attempts. Rows whose (task, attempt, worker) no longer match are left out: their fence fell.
-- Kinds: succeeded, failed, retry, lost, released, cancelled, parked. p_worker is null for an
-- attempt that was parked. Needs the locks of the runs.
create or replace function maniple.close_attempts(
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
      coalesce(t.taken_group, t.group_id) as held_group, g.kind, g.output, g.code, g.message, g.duration_ms, g.cost, g.simulated, g.cached
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
    select group_id, count(*) as again from closed where state = 'ready' group by group_id
  ), per_way as (
    select held_group, count(*) as freed from closed where state <> 'parked' group by held_group
  ), lane_room as (
    update maniple.lanes l set held = l.held - f.n
    from (select lane, sum(p.freed) as n from per_way p
      join maniple.task_groups tg on tg.id = p.held_group, unnest(tg.lanes) as lane
      group by lane) f
    where l.id = f.lane
  ), group_room as (
    update maniple.task_groups tg set ready = tg.ready + p.again
    from per_group p where tg.id = p.group_id
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

-- Gives the worker up to p_free ready tasks, best first, as far as their run's slots and all lanes of
-- one of the ways that it can serve have room. A task is admitted in the commit that starts it, so no place is held without
-- work. Needs the locks of the runs.
create or replace function maniple.admit(
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
    with open_ways as materialized (
      select g.id, w.id as way, g.run_id, w.lanes, least(v_free, r.slots - r.held) as run_free,
        coalesce(room.free, 1000000000) as free,
        -- What the ways before it take of the queue.
        coalesce(sum(coalesce(room.free, 1000000000)) over (
          partition by g.id order by w.preference rows between unbounded preceding and 1 preceding), 0)::bigint as passed
      from maniple.task_groups g
      join maniple.runs r on r.id = g.run_id
      cross join lateral (
        select g.id, g.lanes, g.preference, g.choice
        union all
        select x.id, x.lanes, x.preference, x.choice from maniple.task_groups x where x.home_group = g.id) w
      cross join lateral (
        select min(maniple.lane_capacity(l) - l.held)::bigint as free, bool_or(l.shut_until > clock_timestamp()) as shut
        from maniple.lanes l where l.id = any (w.lanes)) room
      where g.run_id = any (p_runs) and g.ready > 0 and maniple.may_perform(p_worker, g) and r.cancel_requested_at is null
        and (p_worker.choices is null or w.choice is null or w.choice = any (p_worker.choices))
        and r.slots > r.held and coalesce(room.free, 1) > 0 and room.shut is not true
    ), candidates as materialized (
      select t.id, t.rank, g.id as group_id, g.way, g.run_id, g.lanes, g.run_free,
        row_number() over (order by t.rank, t.id) as nth,
        row_number() over (partition by g.run_id order by t.rank, t.id) as nth_of_run
      from open_ways g cross join lateral (
        select task_id as id, rank from maniple.task_queue where group_id = g.id
        order by rank, task_id
        limit greatest(0, least(g.free, g.run_free - g.passed)) offset g.passed) t
    ), over_lane as materialized (
      -- Needed only where groups share a lane; one group alone was limited by its lanes above.
      select id from (
        select c.id, maniple.lane_capacity(l) - l.held as free,
          row_number() over (partition by l.id order by c.rank, c.id) as nth
        from candidates c, unnest(c.lanes) as lane join maniple.lanes l on l.id = lane
        where (select count(*) from open_ways) > 1
      ) x where nth > free
    ), picked as materialized (
      select id, rank, group_id, way, run_id, lanes from candidates
      where nth <= v_free and nth_of_run <= run_free and id not in (select id from over_lane)
    ), unqueued as (
      delete from maniple.task_queue q using picked p
      where q.group_id = p.group_id and q.rank = p.rank and q.task_id = p.id
    ), taken as (
      update maniple.tasks t set state = 'running', worker_id = p_worker.id, attempt = t.attempt + 1,
        started_at = clock_timestamp(), finished_at = null, since = clock_timestamp(),
        taken_group = nullif(p.way, p.group_id)
      from picked p where t.id = p.id
      returning t.id, t.run_id, t.ordinal, t.state, t.attempt
    ), per_group as materialized (
      select group_id, way, run_id, lanes, count(*) as n from picked group by 1, 2, 3, 4
    ), group_room as (
      update maniple.task_groups tg set ready = tg.ready - p.n
      from (select group_id, sum(n) as n from per_group group by 1) p where tg.id = p.group_id
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
      (select count(*) from open_ways)
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
create or replace function maniple.fair_share(p_runs text[], p_worker maniple.workers, p_performing integer) returns integer
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
    select r.id, r.slots, r.held, sum(least(g.ready, maniple.group_room(g.id, false, p_worker.choices))) as room
    from maniple.task_groups g join maniple.runs r on r.id = g.run_id
    where g.run_id = any (p_runs) and g.ready > 0 and maniple.may_perform(p_worker, g)
    group by r.id, r.slots, r.held) x;
  return greatest(0, ceil((v_performing + p_performing + coalesce(v_room, 0)) / (v_others + 1.0))::int - p_performing);
end $$;

-- The one statement of a working process: writes what it finished, frees and refills lanes and
-- slots, and takes as much new work as it has free places. One commit; see the lock order in 0001.
--
-- fenced: the worker is not known (any more): it must stop its attempts and join anew.
-- refused: given attempts that were not this worker's any more and had not been recorded before.
-- claimed: JSON array of [task, attempt, retries, spec, choice]. more: call again at once. next_ms: when something is due.
--
-- With p_fair a worker takes no more than brings it level with the others that have free places, and
-- tells them; spared says that it left something, so that it can come back for what nobody took.
create or replace function maniple.step(
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
        and r.held < r.slots and maniple.group_room(g.id, cardinality(p_tasks) > 0, v_worker.choices) > 0
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
      select json_agg(json_build_array(t.id, t.attempt, t.retries, s.spec, g.choice) order by t.rank, t.id) into claimed
      from unnest(v_claimed) as c (id) join maniple.tasks t on t.id = c.id
      join maniple.task_specs s on s.task_id = t.id
      join maniple.task_groups g on g.id = coalesce(t.taken_group, t.group_id);
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
    select maniple.may_perform(v_worker, g) and case
        -- All of its ways, whose room is looked at below, are this worker's too.
        when v_worker.choices is null or g.choices is null or g.choices <@ v_worker.choices then true
        else maniple.group_room(g.id, false, v_worker.choices) > 0 end as mine,
      exists (select 1 from maniple.workers w where w.id <> p_worker and maniple.may_perform(w, g)) as others
    from maniple.task_groups g join maniple.runs r on r.id = g.run_id
    where g.ready > 0 and r.held < r.slots and r.cancel_requested_at is null and maniple.group_room(g.id, false, null) > 0) left_over;
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

-- Closes what has not begun and marks what is running; those keep their lanes until their worker or
-- recovery closes them. Returns false when the run had ended before.
create or replace function maniple.cancel_run(p_run text) returns boolean language plpgsql
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
    select t.id, t.group_id, coalesce(t.taken_group, t.group_id) as held_group, t.state, t.attempt, t.started_at from maniple.tasks t
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
    select group_id, count(*) as ready from before where state = 'ready' group by 1
  ), per_way as (
    select held_group, count(*) as held from before where state = 'parked' group by 1
  ), group_room as (
    update maniple.task_groups g set ready = g.ready - p.ready
    from per_group p where g.id = p.group_id
  ), lane_room as (
    update maniple.lanes l set held = l.held - f.n
    from (select lane, sum(p.held) as n from per_way p join maniple.task_groups g on g.id = p.held_group,
      unnest(g.lanes) as lane group by 1) f
    where l.id = f.lane
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

-- Keeps a worker alive. stop: attempts it must end (cancelled, or no longer its own).
-- missing: with p_look, open attempts of its that it does not know (the answer to its claim was lost
-- on the way), as [task, attempt, retries, spec, choice]. Looking reads every task of the active runs.
create or replace function maniple.heartbeat(
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
    select json_agg(json_build_array(t.id, t.attempt, t.retries, s.spec, g.choice)) into missing
    from maniple.held_tasks t join maniple.task_specs s on s.task_id = t.id
    join maniple.task_groups g on g.id = coalesce(t.taken_group, t.group_id)
    where t.worker_id = p_worker and not (t.id = any (p_tasks));
  end if;
end $$;

-- Compares every count with what is open, repairs what differs and says what it was. Under the
-- locks of all active runs, so a difference is a breach and not a moment between two commits.
create or replace function maniple.sweep() returns setof text language plpgsql
set enable_seqscan = off as $$
declare
  v_runs text[] := array(select id from maniple.runs where outcome is null);
  x record;
begin
  perform 1 from maniple.runs where id = any (v_runs) order by id for update;
  perform 1 from maniple.lanes where held <> 0
    or id in (select unnest(lanes) from maniple.task_groups where run_id = any (v_runs)) order by id for update;
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
      join maniple.task_groups g on g.id = coalesce(t.taken_group, t.group_id), unnest(g.lanes) as lane group by lane) o on o.lane = l.id
    where (l.held <> 0 or o.n is not null) and l.held <> coalesce(o.n, 0)
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

-- A fallback during an attempt: the task gives back the lanes it has and takes those of another way,
-- the first of p_choices that is open and has room. Returns that choice; null when there is none, or
-- the attempt is not this worker's any more.
create function maniple.swap_way(p_task bigint, p_attempt integer, p_worker text, p_choices text[]) returns text
language plpgsql
set plan_cache_mode = force_generic_plan set random_page_cost = 0.01 set cpu_tuple_cost = 1 set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_task record;
  v_way record;
begin
  perform maniple.lock_runs(array(select run_id from maniple.tasks where id = p_task));
  select t.id, t.group_id, coalesce(t.taken_group, t.group_id) as held_group into v_task from maniple.tasks t
  where t.id = p_task and t.attempt = p_attempt and t.worker_id = p_worker and t.state = 'running' and not t.cancel_requested;
  if not found then
    return null;
  end if;
  -- Lanes that both ways have stay taken; only the others must have room.
  select w.id, w.choice, w.lanes, h.lanes as held_lanes into v_way
  from unnest(p_choices) with ordinality as c (choice, nth)
  join maniple.task_groups w on w.choice = c.choice and (w.id = v_task.group_id or w.home_group = v_task.group_id)
  join maniple.task_groups h on h.id = v_task.held_group
  where w.id <> v_task.held_group and not exists (
    select 1 from maniple.lanes l where l.id = any (w.lanes)
      and (l.shut_until > clock_timestamp() or (l.held >= maniple.lane_capacity(l) and not (l.id = any (h.lanes)))))
  order by c.nth limit 1;
  if not found then
    return null;
  end if;
  update maniple.lanes l set held = l.held
    + (case when l.id = any (v_way.lanes) then 1 else 0 end) - (case when l.id = any (v_way.held_lanes) then 1 else 0 end)
  where l.id = any (v_way.lanes || v_way.held_lanes);
  update maniple.tasks set taken_group = nullif(v_way.id, group_id) where id = p_task;
  return v_way.choice;
end $$;

-- Opens a lane's breaker for p_ms, doubled with each opening in a row up to p_most_ms, unless it was
-- opened since the call began that says so, p_age_ms ago: a burst of failures opens it once. Returns
-- when it will be tried again; null when it was open already.
create function maniple.open_breaker(p_lane text, p_ms double precision, p_most_ms double precision, p_age_ms double precision)
returns timestamptz language plpgsql as $$
declare
  v_until timestamptz;
begin
  update maniple.lanes set half_open = true, openings = least(openings + 1, 30), opened_at = clock_timestamp(),
    shut_reason = 'breaker',
    shut_until = clock_timestamp() + make_interval(secs => least(p_most_ms, p_ms * power(2, least(openings, 20))) / 1000)
  where id = p_lane and (opened_at is null or opened_at < clock_timestamp() - make_interval(secs => p_age_ms / 1000))
  returning shut_until into v_until;
  if found then
    perform pg_notify('maniple', 'lanes');
  end if;
  return v_until;
end $$;

-- A call that began p_age_ms ago went well: the breaker closes, unless it was opened since.
create function maniple.close_breaker(p_lane text, p_age_ms double precision) returns boolean language plpgsql as $$
begin
  update maniple.lanes set half_open = false, openings = 0,
    shut_until = case when shut_reason = 'breaker' then null else shut_until end,
    shut_reason = case when shut_reason = 'breaker' then null else shut_reason end
  where id = p_lane and half_open
    and opened_at < clock_timestamp() - make_interval(secs => p_age_ms / 1000);
  if found then
    perform pg_notify('maniple', 'lanes');
    perform pg_notify('maniple', 'work');
  end if;
  return found;
end $$;

-- Nobody calls the lane's other side for p_ms.
create function maniple.mark_dead(p_lane text, p_code text, p_ms double precision) returns void language plpgsql as $$
begin
  update maniple.lanes set dead_code = p_code, dead_until = clock_timestamp() + make_interval(secs => p_ms / 1000)
  where id = p_lane;
  perform pg_notify('maniple', 'lanes');
end $$;

-- Whether the caller may see if a dead lane has come back to life: one at a time may, each p_ms.
create function maniple.probe_dead(p_lane text, p_ms double precision) returns boolean language plpgsql as $$
begin
  update maniple.lanes set dead_until = clock_timestamp() + make_interval(secs => p_ms / 1000)
  where id = p_lane and dead_until <= clock_timestamp();
  return found;
end $$;

create function maniple.revive_lane(p_lane text) returns void language plpgsql as $$
begin
  update maniple.lanes set dead_until = null, dead_code = null where id = p_lane and dead_until is not null;
  if found then
    perform pg_notify('maniple', 'lanes');
  end if;
end $$;

-- Opens lanes that were shut for p_reason before their time: money came back, say.
create function maniple.open_lanes(p_lanes text[], p_reason maniple.shut_reason) returns void language plpgsql as $$
begin
  update maniple.lanes l set shut_until = null, shut_reason = null
  from (select id from maniple.lanes where id = any (p_lanes) and shut_reason = p_reason order by id for update) x
  where l.id = x.id;
  if found then
    perform pg_notify('maniple', 'lanes');
    perform pg_notify('maniple', 'work');
  end if;
end $$;
