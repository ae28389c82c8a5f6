-- Effects: every change to the outside that was asked for, and what became of it.

create type maniple.effect_state as enum (
  'asked', 'intended', 'performed', 'denied', 'failed', 'unknown', 'dry');
create type maniple.effect_taint as enum ('maintainer', 'model', 'outside');

create table maniple.effects (
  ordinal bigint generated always as identity primary key,
  id text not null unique,
  -- Run, task and purpose: the same request, however often and by whomever it is made.
  key text not null unique,
  type text not null,
  repository text not null,
  state maniple.effect_state not null,
  run_id text,
  task text,
  root_id text not null,
  depth integer not null,
  user_name text,
  taint maniple.effect_taint not null,
  -- As it was judged: sanitised.
  effect json not null,
  reasons text[] not null default '{}',
  receipt json,
  error_code text,
  error_message text,
  decided_by text,
  -- How often the call was begun without it being known that nothing came of it.
  tries integer not null default 0,
  -- Who performs it now, and until when nobody else may.
  holder text,
  lease_until timestamptz,
  asked_at timestamptz not null default clock_timestamp(),
  performed_at timestamptz
) with (fillfactor = 80);

-- For the caps of the gate.
create index effects_asked_at on maniple.effects (repository, asked_at);
create index effects_root on maniple.effects (root_id);
create index effects_run on maniple.effects (run_id, ordinal);
-- What waits for a person or for somebody to perform it.
create index effects_open on maniple.effects (ordinal)
  where state in ('asked', 'intended', 'unknown');

-- What stops the gate in every process at once.
create table maniple.gate_pauses (
  -- A repository, or empty for all.
  scope text primary key,
  by_name text not null,
  reason text not null,
  at timestamptz not null default clock_timestamp()
);

-- Takes the right to perform an effect; no row when somebody else has it, or it is not to be
-- performed.
create function maniple.claim_effect(p_id text, p_holder text, p_lease_ms float8)
returns table (tries integer) language sql as $$
  update maniple.effects set
    holder = p_holder,
    tries = effects.tries + 1,
    lease_until = clock_timestamp() + make_interval(secs => p_lease_ms / 1000)
  where id = p_id and state = 'intended'
    and (lease_until is null or lease_until <= clock_timestamp())
    and not exists (select from maniple.gate_pauses where scope in ('', repository))
  returning effects.tries
$$;

-- Ends a lease: with an outcome, or without one, to be tried again. False when it was lost meanwhile.
create function maniple.finish_effect(
  p_id text, p_holder text, p_state maniple.effect_state, p_receipt json,
  p_error_code text, p_error_message text, p_nothing_came boolean)
returns boolean language plpgsql as $$
begin
  update maniple.effects set
    state = p_state,
    receipt = coalesce(p_receipt, receipt),
    error_code = p_error_code,
    error_message = p_error_message,
    tries = tries - case when p_nothing_came then 1 else 0 end,
    holder = null,
    lease_until = null,
    performed_at = case when p_state = 'performed' then clock_timestamp() end
  where id = p_id and holder = p_holder and state = 'intended';
  return found;
end $$;
