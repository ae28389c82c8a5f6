-- Calls of models, append-only: what metrics, pilots and adaptive routing learn from. Written with
-- the completion of their tasks, so an insert must be cheap: no index is there that no query needs,
-- and the times, which grow with the table, have a BRIN index, which costs an insert nothing.

create type maniple.call_outcome as enum ('succeeded', 'failed');
create type maniple.call_complexity as enum ('low', 'medium', 'high');
create type maniple.call_arm as enum ('control', 'candidate');

create table maniple.model_calls (
  -- The event id of the call.
  id text primary key,
  at timestamptz not null,
  run_id text not null,
  task text not null,
  attempt integer not null,
  repository text,
  user_name text,
  specialist text not null,
  task_type text not null,
  complexity maniple.call_complexity not null,
  model text not null,
  pilot text,
  arm maniple.call_arm,
  outcome maniple.call_outcome not null,
  error_code text,
  latency_ms double precision not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  -- Null when nobody knows the price.
  cost_usd double precision,
  repaired boolean not null,
  fallback boolean not null,
  simulated boolean not null
) with (autovacuum_vacuum_insert_scale_factor = 0.0, autovacuum_vacuum_insert_threshold = 20000,
  autovacuum_analyze_scale_factor = 0.05);

-- Rows arrive in the order of their times, give or take a call's length.
create index model_calls_at on maniple.model_calls using brin (at)
  with (pages_per_range = 16, autosummarize = on);
create index model_calls_run on maniple.model_calls (run_id, task);
-- The newest calls of each group are read from this index alone (`readOutcomes`).
create index model_calls_group on maniple.model_calls (model, task_type, complexity, at)
  include (outcome, error_code, latency_ms, cost_usd, simulated);
create index model_calls_pilot on maniple.model_calls (pilot, arm, at) where pilot is not null;

-- For the metrics of a window; both columns are written once, when the run ends.
create index runs_orchestrated on maniple.runs (finished_at) where kind = 'orchestrate' and outcome is not null;

-- Keeps calls, given as an array of the contract's `ModelCallRecord`. One that is kept already stays
-- as it is, so that repeating a recorded completion is harmless.
create function maniple.keep_model_calls(p_calls json) returns void language sql as $$
  insert into maniple.model_calls (id, at, run_id, task, attempt, repository, user_name, specialist, task_type,
    complexity, model, pilot, arm, outcome, error_code, latency_ms, input_tokens, output_tokens, cost_usd,
    repaired, fallback, simulated)
  select id, at, "runId", task, attempt, repository, "user", specialist, "taskType",
    complexity, model, pilot, arm, outcome, "errorCode", "latencyMs", "inputTokens", "outputTokens", "costUsd",
    repaired, fallback, simulated
  from json_to_recordset(p_calls) as c (id text, at timestamptz, "runId" text, task text, attempt integer,
    repository text, "user" text, specialist text, "taskType" text, complexity maniple.call_complexity, model text,
    pilot text, arm maniple.call_arm, outcome maniple.call_outcome, "errorCode" text, "latencyMs" double precision,
    "inputTokens" bigint, "outputTokens" bigint, "costUsd" double precision, repaired boolean, fallback boolean,
    simulated boolean)
  on conflict (id) do nothing
$$;
