-- The audit: an append-only chain of hashes in segments (docs/audit.md).
-- Each process writes segments of its own, so that processes do not wait for each other. Segment 0 is
-- the register: a chain of the same kind whose records tell of every segment when it was opened,
-- sealed and pruned, and where the others stood.
-- Who locks what: the register, then a segment. Whoever holds a segment only tries for the register
-- (skip locked), so appending, which comes last in larger transactions, cannot deadlock.

create type maniple.audit_result as enum ('SUCCESS', 'PARTIAL_SUCCESS', 'FAILURE', 'DENIED');

create table maniple.audit_segments (
  number integer primary key,
  -- Who writes it: an id of the process; empty for the register.
  writer text not null,
  opened_at timestamptz not null default clock_timestamp(),
  touched_at timestamptz not null default clock_timestamp(),
  sealed_at timestamptz,
  exported_at timestamptz,
  pruned_at timestamptz,
  count bigint not null default 0,
  -- Hash of the last record; of the register's record of the opening while there is none.
  head text not null
) with (fillfactor = 50);
create unique index audit_open_segments on maniple.audit_segments (writer) where sealed_at is null;

create table maniple.audit_entries (
  segment integer not null,
  seq bigint not null,
  id text not null unique,
  at timestamptz not null,
  event text not null,
  actor text not null,
  repository text,
  action text not null,
  result maniple.audit_result not null,
  -- The exact text that was hashed. The columns above only repeat parts of it, for queries.
  entry text not null,
  -- Hex SHA-256 of the hash before and the text.
  hash text not null,
  primary key (segment, seq)
);
create index audit_entries_at on maniple.audit_entries (at);

create function maniple.audit_hash(p_before text, p_entry text) returns text language sql immutable as $$
  select encode(sha256(convert_to(p_before || p_entry, 'UTF8')), 'hex')
$$;

insert into maniple.audit_segments (number, writer, head) values (0, '', maniple.audit_hash('', 'maniple'));

-- Against mistakes and ordinary users. A superuser can switch it off: see the threat model.
create function maniple.guard_audit_entries() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if exists (select 1 from maniple.audit_segments where number = old.segment and pruned_at is not null) then
      return old;
    end if;
  end if;
  raise exception 'audit records are never changed or removed' using errcode = 'insufficient_privilege',
    hint = 'maniple audit prune removes exported segments';
end $$;
create trigger audit_entries_guard before update or delete on maniple.audit_entries
  for each row execute function maniple.guard_audit_entries();
create trigger audit_entries_truncate_guard before truncate on maniple.audit_entries
  for each statement execute function maniple.guard_audit_entries();

create function maniple.guard_audit_segments() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if new.number = old.number and new.writer = old.writer and new.count >= old.count
      and (old.sealed_at is null or (new.count, new.head, new.sealed_at) = (old.count, old.head, old.sealed_at))
      and (old.pruned_at is null or new.pruned_at = old.pruned_at)
      and (new.pruned_at is null or (new.sealed_at is not null and new.exported_at is not null)) then
      return new;
    end if;
  end if;
  raise exception 'audit segments only grow, are sealed, exported, and then pruned' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_segments_guard before update or delete on maniple.audit_segments
  for each row execute function maniple.guard_audit_segments();
create trigger audit_segments_truncate_guard before truncate on maniple.audit_segments
  for each statement execute function maniple.guard_audit_segments();

-- Chains entries onto a segment that the caller has locked. Known ids are left out, so that a batch
-- may be repeated after a lost connection. A plan made while the table is small must not stay a scan.
create function maniple.extend_audit(p_number integer, p_entries json) returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_count bigint;
  v_head text;
  v_text text;
  v_texts text[] := '{}';
  v_hashes text[] := '{}';
begin
  select count, head into v_count, v_head from maniple.audit_segments where number = p_number;
  for v_text in
    select o.entry::text from (
      select distinct on (x.entry ->> 'id') x.entry, x.place
      from json_array_elements(p_entries) with ordinality as x (entry, place)
      order by x.entry ->> 'id', x.place
    ) o
    where not exists (select 1 from maniple.audit_entries k where k.id = o.entry ->> 'id')
    order by o.place
  loop
    v_head := maniple.audit_hash(v_head, v_text);
    v_texts := v_texts || v_text;
    v_hashes := v_hashes || v_head;
  end loop;
  if cardinality(v_texts) = 0 then
    return;
  end if;
  insert into maniple.audit_entries (segment, seq, id, at, event, actor, repository, action, result, entry, hash)
  select p_number, v_count + u.place, e.id, e.at, e.event, e.actor, e.repository, e.action, e.result, u.text, u.hash
  from unnest(v_texts, v_hashes) with ordinality as u (text, hash, place), json_to_record(u.text::json) as e
    (id text, at timestamptz, event text, actor text, repository text, action text, result maniple.audit_result);
  update maniple.audit_segments set count = v_count + cardinality(v_texts), head = v_head, touched_at = clock_timestamp()
  where number = p_number;
end $$;

-- One record of the register, which the caller has locked; returns its hash.
create function maniple.register_audit(p_id text, p_event text, p_action text, p_details json) returns text
language plpgsql as $$
begin
  perform maniple.extend_audit(0, json_build_array(row_to_json(r))) from (
    select p_id as id, to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
      p_event as event, 'maniple' as actor, null::text as repository, p_action as action, 'SUCCESS' as result,
      p_details as details
  ) r;
  return (select head from maniple.audit_segments where number = 0);
end $$;

-- With register and segment locked.
create function maniple.seal_audit_segment(p_number integer) returns void language plpgsql as $$
declare
  s record;
begin
  update maniple.audit_segments set sealed_at = clock_timestamp() where number = p_number returning count, head into s;
  perform maniple.register_audit('sealed-' || p_number, 'Audit_Segment_Sealed', 'SealSegment',
    json_build_object('Segment', p_number, 'Count', s.count, 'Head', s.head));
end $$;

-- Seals what nobody has written to for that long: mostly segments of killed processes. A process
-- that still lives opens another with its next record. Returns how many were sealed.
create function maniple.seal_idle_audit(p_age interval) returns integer language plpgsql as $$
declare
  v_number integer;
  v_sealed integer := 0;
begin
  perform 1 from maniple.audit_segments where number = 0 for update;
  for v_number in
    select number from maniple.audit_segments
    where number > 0 and sealed_at is null and touched_at < clock_timestamp() - p_age
    order by number limit 1000 for update skip locked
  loop
    perform maniple.seal_audit_segment(v_number);
    v_sealed := v_sealed + 1;
  end loop;
  return v_sealed;
end $$;

-- Seals what this process writes, when it leaves.
create function maniple.seal_audit(p_segment text) returns void language plpgsql as $$
declare
  v_number integer;
begin
  perform 1 from maniple.audit_segments where number = 0 for update;
  select number into v_number from maniple.audit_segments
  where number > 0 and writer = p_segment and sealed_at is null for update;
  if found then
    perform maniple.seal_audit_segment(v_number);
  end if;
end $$;

-- The open segment of a writer, locked; a new one when there is none. Each opening records where the
-- other open segments stood, so that a tail cut off before then is missed.
create function maniple.open_audit_segment(p_segment text) returns integer language plpgsql as $$
declare
  v_number integer;
  v_heads json;
  v_genesis text;
begin
  perform 1 from maniple.audit_segments where number = 0 for update;
  select number into v_number from maniple.audit_segments where writer = p_segment and sealed_at is null for update;
  if found then
    return v_number;
  end if;
  perform maniple.seal_idle_audit(interval '1 day');
  v_number := 1 + greatest((select max(number) from maniple.audit_segments),
    (select max(segment) from maniple.audit_entries));
  select coalesce(json_agg(json_build_object('Segment', o.number, 'Count', o.count, 'Head', o.head) order by o.number), '[]')
  into v_heads from (
    select number, count, head from maniple.audit_segments
    where number > 0 and sealed_at is null order by touched_at desc limit 100
  ) o;
  v_genesis := maniple.register_audit('opened-' || v_number, 'Audit_Segment_Opened', 'OpenSegment',
    json_build_object('Segment', v_number, 'Writer', p_segment, 'Heads', v_heads));
  insert into maniple.audit_segments (number, writer, head) values (v_number, p_segment, v_genesis);
  return v_number;
end $$;

-- Appends entries, a JSON array, for the writer `p_segment`. To be called last in a transaction.
create function maniple.append_audit(p_segment text, p_entries json) returns void language plpgsql as $$
declare
  s record;
  v_number integer;
begin
  if p_segment = '' then
    raise exception 'only the register has no writer' using errcode = 'invalid_parameter_value';
  end if;
  if json_array_length(p_entries) = 0 then
    return;
  end if;
  select number, count, opened_at into s from maniple.audit_segments
  where writer = p_segment and sealed_at is null for update;
  v_number := s.number;
  if v_number is null then
    v_number := maniple.open_audit_segment(p_segment);
  elsif s.count >= 100000 or s.opened_at < clock_timestamp() - interval '1 day' then
    -- Full or old: the next one, unless the register is taken right now.
    perform 1 from maniple.audit_segments where number = 0 for update skip locked;
    if found then
      perform maniple.seal_audit_segment(v_number);
      v_number := maniple.open_audit_segment(p_segment);
    end if;
  end if;
  perform maniple.extend_audit(v_number, p_entries);
end $$;

-- Removes the records of segments sealed before then and exported. The register keeps what they were.
create function maniple.prune_audit(p_before timestamptz, out segments integer, out records bigint) language plpgsql as $$
declare
  s record;
begin
  segments := 0;
  records := 0;
  perform 1 from maniple.audit_segments where number = 0 for update;
  for s in
    select number, count, head from maniple.audit_segments
    where number > 0 and sealed_at < p_before and exported_at is not null and pruned_at is null
    order by number for update
  loop
    update maniple.audit_segments set pruned_at = clock_timestamp() where number = s.number;
    delete from maniple.audit_entries where segment = s.number;
    perform maniple.register_audit('pruned-' || s.number, 'Audit_Segment_Pruned', 'PruneSegment',
      json_build_object('Segment', s.number, 'Count', s.count, 'Head', s.head));
    segments := segments + 1;
    records := records + s.count;
  end loop;
end $$;
