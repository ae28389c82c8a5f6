-- What performers keep for the end of their attempts: settlements, model calls, audit entries, written
-- in the commit that closes the attempts. Given as [{kind, record, segment?}, ...].
--
-- Locks come last in the order of 0001: workers, runs, lanes, then the accounts of the ledger, then the
-- writer's segment of the audit.
create function maniple.keep_records(p_records json) returns void language plpgsql as $$
declare
  v_settlements json;
  v_calls json;
  x record;
begin
  select json_agg(r -> 'record') filter (where r ->> 'kind' = 'settlement'),
    json_agg(r -> 'record') filter (where r ->> 'kind' = 'call')
  into v_settlements, v_calls from json_array_elements(p_records) r;
  if v_settlements is not null then perform maniple.settle(v_settlements); end if;
  if v_calls is not null then perform maniple.keep_model_calls(v_calls); end if;
  for x in
    select r ->> 'segment' as segment, json_agg(r -> 'record') as entries
    from json_array_elements(p_records) r where r ->> 'kind' = 'audit' group by 1 order by 1
  loop
    perform maniple.append_audit(x.segment, x.entries);
  end loop;
end $$;

-- Orchestrations that have ended are told to the audit once, whoever sees it first. This is the end
-- that was told last: a run that is retried ends again.
alter table maniple.runs add column audited_at timestamptz;

create index runs_to_audit on maniple.runs (finished_at)
  where kind = 'orchestrate' and outcome is not null and audited_at is distinct from finished_at;
