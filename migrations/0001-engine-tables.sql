-- Runs, tasks, attempts, lanes and workers: the task table is the queue (docs/decisions/0002).
-- Who locks what, always in this order: workers, runs by id, lanes by id. A run's row guards its
-- tasks, groups and events, so these need no locks of their own and cannot deadlock.

-- Enums, not check constraints, on what is written often: PostgreSQL reads a check constraint's text
-- anew in every statement, which doubled the cost of a small commit.
-- 'admitted' is passed through within the commit that claims: no task rests in it.
create type maniple.task_state as enum
  ('waiting', 'ready', 'admitted', 'running', 'parked', 'succeeded', 'failed', 'skipped', 'cancelled');
create type maniple.run_outcome as enum ('succeeded', 'partial', 'failed', 'cancelled');
create type maniple.attempt_outcome as enum ('succeeded', 'failed', 'retry', 'lost', 'released', 'cancelled');
create type maniple.park_reason as enum ('outside', 'approval');
create type maniple.shut_reason as enum ('rate', 'budget', 'breaker');

create table maniple.workers (
  id text primary key,
  -- Machine, boot and process namespace: only a process in the same place may judge the pid.
  place text not null,
  pid integer not null,
  process_start text not null,
  slots integer not null,
  agents text[] not null,
  -- Set for a process that performs only the runs bound to it (a command line of its own).
  binding text,
  -- Set for a process that performs one run and leaves, such as a command that waits for it.
  only_run text,
  performing integer not null default 0,
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now()
) with (fillfactor = 50);

create table maniple.lanes (
  id text primary key,
  capacity integer not null,
  -- Places taken by running and parked tasks.
  held integer not null default 0,
  -- A shut lane admits nothing until then: the other side asked for it, or a breaker opened.
  shut_until timestamptz,
  shut_reason maniple.shut_reason
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000);

create table maniple.runs (
  id text primary key,
  kind text not null,
  title text not null,
  agent text not null,
  slots integer not null,
  total integer not null,
  -- Null until the run has ended: succeeded, partial, failed or cancelled.
  outcome maniple.run_outcome,
  -- Tasks that have not ended.
  open integer not null,
  held integer not null default 0,
  succeeded integer not null default 0,
  failed integer not null default 0,
  skipped integer not null default 0,
  cancelled integer not null default 0,
  parked integer not null default 0,
  -- The task that draws the results together once every other has ended.
  closing_task bigint,
  report jsonb,
  report_ok boolean not null default true,
  cancel_requested_at timestamptz,
  input jsonb not null,
  idempotency_key text,
  request_hash text,
  simulated boolean not null default false,
  sequential_ms double precision not null default 0,
  critical_path_ms double precision not null default 0,
  cost jsonb not null default '{}',
  -- Number of the last event.
  seq integer not null default 0,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  -- Time spent before the last retry; the clock stands still between an end and a retry.
  earlier_wall_ms double precision not null default 0,
  resumed_at timestamptz not null default now()
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

create unique index runs_idempotency_key on maniple.runs (idempotency_key) where idempotency_key is not null;
create index runs_active on maniple.runs (id) where outcome is null;
create index runs_newest on maniple.runs (created_at desc, id desc);

-- Tasks of one run that wait for the same things: the same agent, lanes and binding.
create table maniple.task_groups (
  id bigint generated always as identity primary key,
  run_id text not null references maniple.runs (id) on delete cascade,
  agent text not null,
  lanes text[] not null,
  binding text,
  -- A run's closing task waits for nothing but a worker.
  is_closing boolean not null default false,
  ready integer not null default 0
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

create index task_groups_run on maniple.task_groups (run_id);
create index task_groups_active on maniple.task_groups (run_id) where ready > 0;

create table maniple.tasks (
  id bigint generated always as identity primary key,
  run_id text not null,
  group_id bigint not null,
  -- Place in the plan; 0 is the closing task.
  ordinal integer not null,
  state maniple.task_state not null,
  -- Dependencies that have not succeeded yet.
  pending integer not null,
  -- When it became ready, minus priority times the ageing step, in ms since the epoch: the lower
  -- goes first. Stored, so that ageing costs nothing and nothing starves.
  rank double precision not null default 0,
  boost_ms double precision not null,
  attempt integer not null default 0,
  retries integer not null default 0,
  losses integer not null default 0,
  worker_id text,
  cancel_requested boolean not null default false,
  park_reason maniple.park_reason,
  -- End of a retry back-off, or a parked task's deadline.
  due_at timestamptz,
  since timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  -- Longest chain of performing times up to here.
  chain_ms double precision not null default 0
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 10000,
  autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.05);

-- No index on what changes: with half of each page kept free, a change of state then stays within
-- its page and touches no index at all (a heap-only update).
create index tasks_run on maniple.tasks (run_id);

-- The ready tasks, the best first. A row lives from readiness to claim, so that finished tasks never
-- burden the search: 250,000 dead entries in a hot index took a queue from 29,000 tasks/s to 8,000.
create table maniple.task_queue (
  group_id bigint not null,
  rank double precision not null,
  task_id bigint not null,
  primary key (group_id, rank, task_id)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- Tasks with a due_at: in a retry back-off, or parked.
create table maniple.task_timers (
  task_id bigint primary key,
  run_id text not null,
  due_at timestamptz not null
);

create index task_timers_due on maniple.task_timers (due_at);
create index task_timers_run on maniple.task_timers (run_id);

-- What never changes about a task, apart from the row that changes often. `spec` is what a worker is
-- handed, as it was put together at submission: building it from columns for each claim cost a
-- quarter of a no-op task.
create table maniple.task_specs (
  task_id bigint primary key,
  run_id text not null,
  ordinal integer not null,
  key text not null,
  depends_on text[] not null,
  spec json not null,
  unique (run_id, key)
);

create table maniple.task_edges (
  needs_id bigint not null,
  task_id bigint not null,
  primary key (needs_id, task_id)
);

-- Attempts that have ended, append-only. The open attempt is the task's own row while it is
-- running or parked: an open attempt without a running task cannot be written.
create table maniple.attempts (
  task_id bigint not null,
  attempt integer not null,
  worker_id text,
  outcome maniple.attempt_outcome not null,
  error_code text,
  error_message text,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  duration_ms double precision not null,
  output jsonb,
  cost jsonb not null default '{}',
  simulated boolean not null default false,
  cached boolean not null default false,
  primary key (task_id, attempt)
);

-- What each commit changed about a run, for streams that resume. The arrays go together: the task
-- with that ordinal went to that state under that attempt. (As jsonb they cost four times as much.)
create table maniple.run_events (
  run_id text not null references maniple.runs (id) on delete cascade,
  seq integer not null,
  at timestamptz not null,
  state text not null,
  ordinals integer[] not null,
  states maniple.task_state[] not null,
  attempts integer[] not null,
  primary key (run_id, seq)
);

-- Results of earlier tasks with the same inputs, for runs that ask for it.
create table maniple.cached_results (
  key text primary key,
  output jsonb not null,
  simulated boolean not null,
  created_at timestamptz not null default now()
);
