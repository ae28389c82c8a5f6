-- Pilots: where each stands, how it came there, who is in which arm, and what people said of it.

create type maniple.pilot_state as enum ('idle', 'running', 'stopped', 'promoted', 'rolled_back');

-- One row a pilot; whoever changes it locks it. The version counts its changes and looks, so that of
-- two controllers that judged the same row one acts and the other finds it changed.
create table maniple.pilots (
  name text primary key,
  state maniple.pilot_state not null default 'idle',
  -- Null when the pilot has no phases.
  phase text,
  phase_started_at timestamptz,
  -- The model on trial when it was started: figures of another model prove nothing.
  candidate text,
  control text,
  -- Assignments of one stage are comparable: same share, same models. Each start and each change of
  -- phase begins a new one.
  stage integer not null default 0,
  last_stage integer not null default 0,
  verdict text,
  reasons text[] not null default '{}',
  looked_at timestamptz,
  version bigint not null default 0
);

-- Append-only. `before` is the row as it was, which is what undo restores; `undoes` is the entry that
-- an undo took back.
create table maniple.pilot_history (
  id bigint generated always as identity primary key,
  pilot text not null,
  at timestamptz not null,
  actor text not null,
  action text not null,
  before_text text not null,
  after_text text not null,
  reason text not null,
  before jsonb,
  undoes bigint unique
);

create index pilot_history_pilot on maniple.pilot_history (pilot, id);

create function maniple.refuse_pilot_history_change() returns trigger language plpgsql as $$
begin
  raise exception 'maniple.pilot_history is append-only';
end $$;

create trigger pilot_history_append_only before update or delete on maniple.pilot_history
  for each statement execute function maniple.refuse_pilot_history_change();

-- Written with the submission: every eligible workload, whether it is ever performed or not.
create table maniple.pilot_assignments (
  run_id text not null,
  task text not null,
  pilot text not null,
  stage integer not null,
  arm maniple.call_arm not null,
  -- Hash of the sticky key: what shares it shares its arm.
  unit text not null,
  at timestamptz not null,
  primary key (run_id, task)
);

create index pilot_assignments_stage on maniple.pilot_assignments (pilot, stage, arm, unit, run_id);

-- One opinion a user, run and workload; the last one counts.
create table maniple.pilot_feedback (
  run_id text not null,
  task text not null,
  user_name text not null,
  rating smallint not null check (rating between 1 and 5),
  comment text,
  at timestamptz not null,
  primary key (run_id, task, user_name)
);

-- The unit of comparison: a workload with what all its calls took and cost. It succeeded if its last
-- call did. A call that was cancelled says nothing about its model.
create view maniple.pilot_workloads as
  select a.pilot, a.stage, a.arm, a.unit, a.run_id, a.task, c.won, c.ms, c.usd, c.simulated
  from maniple.pilot_assignments a
  cross join lateral (
    select (array_agg(m.outcome order by m.attempt desc, m.at desc, m.id desc))[1] = 'succeeded' as won,
      sum(m.latency_ms) as ms,
      -- Unknown as a whole if one call's cost is unknown.
      case when count(*) = count(m.cost_usd) then sum(m.cost_usd) end as usd,
      bool_or(m.simulated) as simulated
    from maniple.model_calls m
    where m.run_id = a.run_id and m.task = a.task and m.error_code is distinct from 'cancelled'
  ) c
  where c.won is not null;
