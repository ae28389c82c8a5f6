-- The pace of writes to GitHub, kept over all processes that use one credential.

create table maniple.github_writers (
  -- Which account's limit it is: a hash of the credential, never the credential.
  credential text primary key,
  last_at timestamptz,
  -- GitHub asked for a rest.
  blocked_until timestamptz
) with (fillfactor = 50);

-- Writes that create content (issues, comments, pull requests, reviews), of the last hour.
create table maniple.github_creations (
  credential text not null,
  at timestamptz not null
);
create index github_creations_at on maniple.github_creations (credential, at);

-- Books the next moment at which a write may be sent, in the order of asking. Returns milliseconds
-- from now until it, and whether it was booked: what lies further off than `p_most_ms` is not.
-- `p_scale`: how many times faster than the clock of this server GitHub's time passes (1 but for a
-- simulated GitHub).
create function maniple.book_github_write(
  p_credential text, p_creates boolean, p_most_ms float8, p_scale float8)
returns table (wait_ms float8, booked boolean) language plpgsql as $$
declare
  v_now timestamptz;
  v_at timestamptz;
  v_last timestamptz;
  v_blocked timestamptz;
  v_gap interval := make_interval(secs => 1 / p_scale);
  v_minute interval := make_interval(secs => 60 / p_scale);
  v_hour interval := make_interval(secs => 3600 / p_scale);
begin
  insert into maniple.github_writers (credential) values (p_credential) on conflict do nothing;
  select last_at, blocked_until into v_last, v_blocked
    from maniple.github_writers where credential = p_credential for update;
  v_now := clock_timestamp();
  v_at := greatest(v_now, v_last + v_gap, v_blocked);
  if p_creates then
    -- A little below the documented 80 and 500: clocks and networks are not exact.
    v_at := greatest(v_at,
      (select at + v_minute from maniple.github_creations
        where credential = p_credential order by at desc offset 77 limit 1),
      (select at + v_hour from maniple.github_creations
        where credential = p_credential order by at desc offset 489 limit 1));
  end if;
  wait_ms := extract(epoch from v_at - v_now) * 1000;
  booked := wait_ms <= p_most_ms;
  if booked then
    update maniple.github_writers set last_at = v_at where credential = p_credential;
    if p_creates then
      delete from maniple.github_creations
        where credential = p_credential and at < v_now - v_hour;
      insert into maniple.github_creations (credential, at) values (p_credential, v_at);
    end if;
  end if;
  return next;
end $$;

-- Nobody writes or reads with that credential before then.
create function maniple.block_github(p_credential text, p_ms float8) returns void language sql as $$
  insert into maniple.github_writers (credential, blocked_until)
  values (p_credential, clock_timestamp() + make_interval(secs => p_ms / 1000))
  on conflict (credential) do update
    set blocked_until = greatest(github_writers.blocked_until, excluded.blocked_until)
$$;

-- Answers to conditional reads: an unchanged one costs nothing of the limit.
create table maniple.github_answers (
  -- Hash of credential, API version, media type and URL.
  key text primary key,
  etag text not null,
  body json not null,
  read_at timestamptz not null default clock_timestamp()
);
create index github_answers_read_at on maniple.github_answers (read_at);
