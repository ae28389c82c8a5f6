-- Deliveries: what others told Maniple, stored before it is acknowledged.

create type maniple.delivery_state as enum ('stored', 'done', 'ignored', 'failed');

create table maniple.deliveries (
  ordinal bigint generated always as identity primary key,
  source text not null,
  -- Unchanged when it is delivered again: what makes a repeat harmless.
  guid text not null,
  event text not null,
  action text,
  repository text,
  sender text,
  body json not null,
  received_at timestamptz not null default clock_timestamp(),
  state maniple.delivery_state not null default 'stored',
  -- Own, foreign or loop, and what was done or why not.
  verdict text,
  reasons text[] not null default '{}',
  tries integer not null default 0,
  holder text,
  lease_until timestamptz,
  handled_at timestamptz,
  unique (source, guid)
) with (fillfactor = 80);
create index deliveries_stored on maniple.deliveries (ordinal) where state = 'stored';
create index deliveries_received_at on maniple.deliveries (received_at);

-- Stores deliveries; returns the GUIDs that were new, and wakes who handles them.
create function maniple.store_deliveries(p_deliveries json) returns setof text language plpgsql as $$
begin
  return query
    insert into maniple.deliveries (source, guid, event, action, repository, sender, body)
    select source, guid, event, action, repository, sender, body
    from json_to_recordset(p_deliveries) as d (
      source text, guid text, event text, action text, repository text, sender text, body json)
    -- In one order, so that two batches with the same deliveries do not wait for each other crosswise.
    order by source, guid
    on conflict (source, guid) do nothing
    returning deliveries.source || ' ' || deliveries.guid;
  if found then
    perform pg_notify('maniple', 'deliveries');
  end if;
end $$;

-- The oldest that nobody handles now. A handler that was lost loses its lease, and the third loss
-- fails the delivery instead of trying it for ever.
create function maniple.claim_deliveries(p_holder text, p_limit integer, p_lease_ms float8)
returns setof maniple.deliveries language sql as $$
  update maniple.deliveries d set
    holder = p_holder,
    tries = d.tries + 1,
    lease_until = clock_timestamp() + make_interval(secs => p_lease_ms / 1000)
  from (
    select ordinal from maniple.deliveries
    where state = 'stored' and (lease_until is null or lease_until <= clock_timestamp())
    order by ordinal limit p_limit for update skip locked
  ) free
  where d.ordinal = free.ordinal
  returning d.*
$$;
