-- The ledger: caps and rates that hold over any number of processes (docs/decisions/0005).
--
-- An account is a cap on what is spent in one unit (per run, per repository and month, ...) or a rate
-- (a bucket that refills without pause). A process, here a holder, leases a chunk of an account in a
-- committed transaction, then reserves from it in memory, without a round trip. Settlements come later,
-- in transactions of others.
--
-- What holds at every commit:
-- 1. account.reserved = sum over the chunks of living holders of (granted - settled).
-- 2. A lease leaves spent + reserved <= cap. Only a settlement above its reservation, or a cap that was
--    lowered, brings spent + reserved above it, and then no lease succeeds.
-- 3. A holder starts nothing that its chunk does not cover: all that it may have started and not
--    settled is at most granted - settled, at every moment, whatever its last heartbeat says.
-- 4. account.spent = sum over its entries of (actual - replaced). Integers, so it is exact.
--
-- So when a holder dies, what it may have started since its last word is bounded by its chunks, and all
-- of granted - settled is presumed spent: it moves from reserved to spent, with entries that say so.
-- What it had leased ahead and not begun is presumed with the rest, since nobody can tell; therefore
-- holders lease ahead only about half a second of their demand and give the idle part back. A settlement
-- that still arrives replaces its part of what was presumed. Nothing is freed by a death alone, so a
-- holder that was given up by mistake, and wakes up, cannot bring spent above a cap either.
--
-- Amounts are whole micro-units (a millionth of a dollar, a token, a request): sums of doubles drift.
--
-- Who locks what, always in this order: one holder, then accounts by id. An account's row guards its
-- chunks. A transaction that settles may hold workers, runs and lanes before; nothing here locks those.

create table maniple.ledger_accounts (
  id text primary key,
  unit text not null,
  -- Of a bucket: the most it holds.
  cap bigint not null,
  -- What a bucket gains in a minute; null for a cap.
  per_minute bigint,
  period_end timestamptz,
  reserved bigint not null default 0,
  spent bigint not null default 0,
  -- What a bucket held at level_at; below zero after a call that was larger than the bucket.
  level bigint not null default 0,
  level_at timestamptz not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

create table maniple.ledger_holders (
  id text primary key,
  -- Machine, boot and process namespace: only a process in the same place may judge the pid.
  place text not null,
  pid integer not null,
  process_start text not null,
  -- Of the last lease: one that was overtaken by a later one of the same holder must not count.
  seq bigint not null default 0,
  heartbeat_at timestamptz not null,
  -- Given up: what it had not settled is presumed.
  lost_at timestamptz
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

create table maniple.ledger_chunks (
  holder_id text not null references maniple.ledger_holders (id) on delete cascade,
  account_id text not null references maniple.ledger_accounts (id),
  -- Leased so far, less what was given back.
  granted bigint not null default 0,
  -- Reservations settled so far, as they were reserved.
  settled bigint not null default 0,
  -- After the holder was given up: what is still presumed.
  presumed bigint not null default 0,
  primary key (holder_id, account_id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

create index ledger_chunks_account on maniple.ledger_chunks (account_id);

-- Append-only. A reservation has an entry for each unit; what is presumed of a dead holder has one for
-- each account, since which calls it was for is not known.
create table maniple.ledger_entries (
  reservation text not null,
  unit text not null,
  holder_id text not null,
  run_id text,
  task text,
  accounts text[] not null,
  reserved bigint not null,
  actual bigint not null,
  -- What had been presumed for this reservation and is not counted any more.
  replaced bigint not null default 0,
  presumed boolean not null default false,
  at timestamptz not null,
  primary key (reservation, unit)
);

create index ledger_entries_run on maniple.ledger_entries (run_id) where run_id is not null;

-- What a bucket holds at p_now.
create function maniple.bucket_level(a maniple.ledger_accounts, p_now timestamptz) returns bigint language sql
immutable as $$
  select least(a.cap, a.level + floor(
    greatest(0, extract(epoch from p_now - a.level_at)::float8) * a.per_minute / 60)::bigint)
$$;

-- Milliseconds until an account has room for p_amount at the latest; null when it never will by itself.
-- p_room is what it has.
create function maniple.account_frees_ms(
  a maniple.ledger_accounts, p_amount bigint, p_room bigint, p_now timestamptz
) returns double precision language sql immutable as $$
  select case
    when a.per_minute is not null then
      greatest(1, ceil((least(p_amount, a.cap) - p_room)::float8 / a.per_minute * 60000))
    when p_amount > a.cap then null
    -- Only open reservations are in the way, and those end.
    when a.spent + p_amount <= a.cap then 1000
    when a.period_end is null then null
    else greatest(1, extract(epoch from a.period_end - p_now)::float8 * 1000) end
$$;

-- One transaction of a holder with the ledger: keeps it alive, gives back, leases.
--
-- Accounts (the arrays go together): how they are configured; p_bases, what the holder counts as granted
-- (less than is recorded: the difference is given back, also after a lease whose answer was lost);
-- p_ahead, what it would like beyond its asks, in reservations of p_sizes.
-- Asks: the n-th needs p_counts[n] amounts, each of the account with that index. It gets all or none.
-- p_forget: accounts it has done with; their chunks go once all is settled.
--
-- Answers fenced when the holder was given up; granted for each account, and for each ask null or what
-- refused it: [index of the account, what that had, milliseconds until it frees].
create function maniple.lease(
  p_holder text, p_seq bigint, p_now timestamptz, p_ids text[], p_units text[], p_caps bigint[],
  p_rates bigint[], p_ends timestamptz[], p_bases bigint[], p_ahead bigint[], p_sizes bigint[],
  p_counts integer[], p_indexes integer[], p_amounts bigint[], p_forget text[],
  out fenced boolean, out granted json, out refused json, out forgotten text[]
) language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now timestamptz := coalesce(p_now, clock_timestamp());
  v_accounts maniple.ledger_accounts[];
  v_room bigint[];
  v_back bigint[];
  v_granted bigint[];
  v_refused json[] := '{}';
  v_short boolean[];
  v_worst json;
  v_wait double precision;
  v_longest double precision;
  v_extra bigint;
  v_from integer := 1;
  i integer;
  j integer;
begin
  update maniple.ledger_holders set heartbeat_at = v_now, seq = p_seq
  where id = p_holder and lost_at is null and seq < p_seq;
  fenced := not found;
  if fenced then
    if exists (select 1 from maniple.ledger_holders where id = p_holder and lost_at is null) then
      raise exception 'lease % of holder % was overtaken', p_seq, p_holder using errcode = '40001';
    end if;
    return;
  end if;
  if cardinality(p_ids) > 0 then
    -- In the order of their ids and before any account is locked: two that create the same rows wait
    -- for each other in one direction only.
    if (select count(*) from maniple.ledger_accounts where id = any (p_ids)) < cardinality(p_ids) then
      insert into maniple.ledger_accounts (id, unit, cap, per_minute, period_end, level, level_at)
      select id, unit, cap, rate, period_end, case when rate is null then 0 else cap end, v_now
      from unnest(p_ids, p_units, p_caps, p_rates, p_ends) as x (id, unit, cap, rate, period_end)
      order by id on conflict (id) do nothing;
    end if;
    perform 1 from maniple.ledger_accounts where id = any (p_ids) order by id for update;
    -- A cap that was configured anew counts from here on.
    update maniple.ledger_accounts a set cap = x.cap, per_minute = x.rate, level = maniple.bucket_level(a, v_now), level_at = v_now
    from unnest(p_ids, p_caps, p_rates) as x (id, cap, rate)
    where a.id = x.id and (a.cap <> x.cap or a.per_minute is distinct from x.rate);
    select array_agg(a order by x.n), array_agg(coalesce(c.granted, 0) - x.base order by x.n),
      array_agg(case when a.per_minute is null then a.cap - a.spent - a.reserved + coalesce(c.granted, 0) - x.base
        else least(a.cap, maniple.bucket_level(a, v_now) + coalesce(c.granted, 0) - x.base) end order by x.n),
      array_agg(0::bigint), array_agg(false)
    into v_accounts, v_back, v_room, v_granted, v_short
    from unnest(p_ids, p_bases) with ordinality as x (id, base, n)
    join maniple.ledger_accounts a on a.id = x.id
    left join maniple.ledger_chunks c on c.holder_id = p_holder and c.account_id = x.id;
    -- It counts on more than is recorded: the database was set back. It must begin anew.
    if 0 > any (v_back) then
      fenced := true;
      return;
    end if;
    for n in 1 .. cardinality(p_counts) loop
      v_worst := null;
      v_longest := null;
      for j in v_from .. v_from + p_counts[n] - 1 loop
        i := p_indexes[j];
        -- A call larger than the whole bucket goes when the bucket is full, and leaves it in debt.
        if v_room[i] < (case when p_rates[i] is null then p_amounts[j] else least(p_amounts[j], p_caps[i]) end) then
          v_short[i] := true;
          v_wait := coalesce(maniple.account_frees_ms(v_accounts[i], p_amounts[j], v_room[i], v_now), 'infinity');
          if v_longest is null or v_wait > v_longest then
            v_longest := v_wait;
            v_worst := json_build_array(i, v_room[i], nullif(v_wait, 'infinity'));
          end if;
        end if;
      end loop;
      if v_worst is null then
        for j in v_from .. v_from + p_counts[n] - 1 loop
          i := p_indexes[j];
          v_room[i] := v_room[i] - p_amounts[j];
          v_granted[i] := v_granted[i] + p_amounts[j];
        end loop;
      end if;
      v_refused := v_refused || coalesce(v_worst, 'null');
      v_from := v_from + p_counts[n];
    end loop;
    for i in 1 .. cardinality(p_ids) loop
      if v_short[i] then
        -- Others give back what they do not use. PostgreSQL sends equal hints of a commit once.
        perform pg_notify('maniple_ledger', p_ids[i]);
      else
        -- Ahead only while there is plenty: near the cap a chunk is exactly what was asked for.
        v_extra := least(p_ahead[i], v_room[i] / 16);
        -- Of tokens and requests there are no parts, and so none can be presumed of a holder that died.
        if p_units[i] in ('tokens', 'requests') then
          v_extra := v_extra - v_extra % 1000000;
        end if;
        if v_extra >= p_sizes[i] and v_extra > 0 then
          v_granted[i] := v_granted[i] + v_extra;
        end if;
      end if;
    end loop;
    insert into maniple.ledger_chunks as c (holder_id, account_id, granted)
    select p_holder, x.id, x.base + x.more from unnest(p_ids, p_bases, v_granted) as x (id, base, more)
    on conflict (holder_id, account_id) do update set granted = excluded.granted;
    update maniple.ledger_accounts a set reserved = a.reserved - x.back + x.more,
      level = case when a.per_minute is null then 0 else least(a.cap, maniple.bucket_level(a, v_now) + x.back) - x.more end,
      level_at = v_now
    from unnest(p_ids, v_back, v_granted) as x (id, back, more)
    where a.id = x.id and (x.back <> 0 or x.more <> 0);
  end if;
  if cardinality(p_forget) > 0 then
    with gone as (
      delete from maniple.ledger_chunks c
      where c.holder_id = p_holder and c.account_id = any (p_forget) and c.granted = c.settled
      returning c.account_id
    ) select array_agg(account_id) into forgotten from gone;
  end if;
  granted := to_json(coalesce(v_granted, '{}'));
  refused := to_json(v_refused);
end $$;

-- Writes settlements, as part of whatever transaction calls it; of one that is written already
-- nothing happens again. An array of {reservation, holder, run, task, parts: [{unit, reserved, actual,
-- accounts}]}, amounts in micro-units. Locks accounts by id and nothing else.
create function maniple.settle(p_settlements json) returns void language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  perform 1 from maniple.ledger_accounts where id in (
    select account from json_to_recordset(p_settlements) as s (parts json),
      json_to_recordset(s.parts) as p (accounts text[]), unnest(p.accounts) as account)
  order by id for update;
  -- Under these locks the holders' fate is settled: giving one up takes the same locks.
  with given as materialized (
    select s.reservation, s.holder as holder_id, s.run as run_id, s.task, p.unit, p.reserved, p.actual, p.accounts
    from json_to_recordset(p_settlements) as s (reservation text, holder text, run text, task text, parts json),
      json_to_recordset(s.parts) as p (unit text, reserved bigint, actual bigint, accounts text[])
  ), written as (
    insert into maniple.ledger_entries (reservation, unit, holder_id, run_id, task, accounts, reserved, actual, replaced, at)
    select g.reservation, g.unit, g.holder_id, g.run_id, g.task, g.accounts, g.reserved, g.actual,
      case when h.lost_at is null then 0 else g.reserved end, v_now
    from given g left join maniple.ledger_holders h on h.id = g.holder_id
    on conflict (reservation, unit) do nothing
    returning holder_id, accounts, reserved, actual, replaced
  ), sums as materialized (
    select w.holder_id, account, sum(w.reserved)::bigint as reserved, sum(w.actual)::bigint as actual,
      sum(w.replaced)::bigint as replaced,
      -- Of a holder that was forgotten long ago nothing is reserved any more.
      case when h.id is null or h.lost_at is not null then 0 else sum(w.reserved)::bigint end as freed
    from written w left join maniple.ledger_holders h on h.id = w.holder_id, unnest(w.accounts) as account
    group by w.holder_id, h.id, h.lost_at, account
  ), chunks as (
    update maniple.ledger_chunks c set settled = c.settled + s.freed, presumed = c.presumed - s.replaced
    from sums s where c.holder_id = s.holder_id and c.account_id = s.account
  )
  update maniple.ledger_accounts a set reserved = a.reserved - t.freed, spent = a.spent + t.actual - t.replaced,
    -- Never more than was taken out comes back, so a level at its cap is as good as it gets.
    level = case when a.per_minute is null then 0 else a.level + t.reserved - t.actual end
  from (select account, sum(freed)::bigint as freed, sum(reserved)::bigint as reserved, sum(actual)::bigint as actual,
    sum(replaced)::bigint as replaced from sums group by account) t
  where a.id = t.account;
end $$;

-- Gives a holder up: all that it had not settled is presumed spent. p_silent_since: only if it was not
-- heard of since; null for a process that is known to be gone. False when it was given up or heard of.
create function maniple.give_up_holder(p_holder text, p_silent_since timestamptz, p_now timestamptz) returns boolean
language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now timestamptz := coalesce(p_now, clock_timestamp());
begin
  perform 1 from maniple.ledger_holders
  where id = p_holder and lost_at is null and (p_silent_since is null or heartbeat_at < p_silent_since)
  for update skip locked;
  if not found then
    return false;
  end if;
  perform 1 from maniple.ledger_accounts
  where id in (select account_id from maniple.ledger_chunks where holder_id = p_holder) order by id for update;
  with open as materialized (
    select account_id, granted - settled as amount from maniple.ledger_chunks
    where holder_id = p_holder and granted <> settled
  ), written as (
    insert into maniple.ledger_entries (reservation, unit, holder_id, accounts, reserved, actual, presumed, at)
    select 'presumed:' || p_holder || ':' || o.account_id, a.unit, p_holder, array[o.account_id], o.amount, o.amount, true, v_now
    from open o join maniple.ledger_accounts a on a.id = o.account_id
  ), accounts as (
    update maniple.ledger_accounts a set reserved = a.reserved - o.amount, spent = a.spent + o.amount
    from open o where a.id = o.account_id
  )
  update maniple.ledger_chunks c set settled = c.granted, presumed = c.granted - c.settled
  where c.holder_id = p_holder and c.granted <> c.settled;
  update maniple.ledger_holders set lost_at = v_now where id = p_holder;
  return true;
end $$;

-- A holder that has given back what was idle leaves. What is not settled yet stays reserved in its
-- name until that happens, or until it is given up like a dead one.
create function maniple.leave_ledger(p_holder text) returns void language plpgsql as $$
begin
  perform 1 from maniple.ledger_holders where id = p_holder for update;
  delete from maniple.ledger_holders h where h.id = p_holder and h.lost_at is null
    and not exists (select 1 from maniple.ledger_chunks c where c.holder_id = h.id and c.granted <> c.settled);
end $$;
