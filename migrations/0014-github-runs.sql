-- Runs that began with an issue: where they are shown, and what is known of their workers there.

create table maniple.github_runs (
  run_id text primary key references maniple.runs (id) on delete cascade,
  repository text not null,
  issue integer not null,
  requested_by text,
  -- When to look next: webhooks bring it forward.
  look_at timestamptz not null default clock_timestamp(),
  holder text,
  lease_until timestamptz,
  -- What the dashboard says now, so that an unchanged one is not written again.
  dashboard_hash text,
  dashboards integer not null default 0,
  ended boolean not null default false
) with (fillfactor = 70);
-- One run an issue at a time, whoever asks and however often.
create unique index github_runs_open on maniple.github_runs (repository, issue) where not ended;
create index github_runs_due on maniple.github_runs (look_at) where not ended;

create table maniple.github_workers (
  run_id text not null references maniple.github_runs (run_id) on delete cascade,
  task text not null,
  issue integer,
  pull integer,
  -- The status label as it was set last.
  status text,
  -- How often what came back (failed checks, a review, a conflict) was given to the worker.
  round integer not null default 0,
  feedback text,
  primary key (run_id, task)
) with (fillfactor = 70);
create index github_workers_issue on maniple.github_workers (issue);
create index github_workers_pull on maniple.github_workers (pull);

-- Runs that are due and that nobody looks at.
create function maniple.claim_github_runs(p_holder text, p_limit integer, p_lease_ms float8)
returns setof maniple.github_runs language sql as $$
  update maniple.github_runs g set
    holder = p_holder,
    lease_until = clock_timestamp() + make_interval(secs => p_lease_ms / 1000)
  from (
    select run_id from maniple.github_runs
    where not ended and look_at <= clock_timestamp()
      and (lease_until is null or lease_until <= clock_timestamp())
    order by look_at limit p_limit for update skip locked
  ) due
  where g.run_id = due.run_id
  returning g.*
$$;

-- The secret that signs markers: made once, for all processes.
create table maniple.installation (
  singleton boolean primary key default true check (singleton),
  marker_secret text not null
);
insert into maniple.installation (marker_secret)
values (replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''));
