/**
 * One statement, so that its figures are of one moment and add up. A workload ended as its last call
 * did; of calls of one attempt within one millisecond, one that succeeded was the last. The speed-up
 * and efficiency of a run are those of `src/engine/run-rows.ts`: none where nothing succeeded.
 */
export const performanceStatement = `
  with calls as materialized (
    select run_id, task, attempt, at, model, arm, outcome, latency_ms, input_tokens, output_tokens, cost_usd
    from maniple.model_calls where at > $1 and at <= $2
  ), workloads as (
    select distinct on (run_id, task) outcome from calls
    order by run_id, task, attempt desc, at desc, outcome
  ), candidates as (
    select distinct run_id, task from calls where arm = 'candidate'
  ), models as (
    select model, count(*)::int as calls,
      (count(*) filter (where outcome = 'succeeded'))::int as succeeded
    from calls group by model
  ), runs as (
    select sequential_ms, slots, critical_path_ms,
      earlier_wall_ms + extract(epoch from finished_at - resumed_at)::float8 * 1000 as wall_ms
    from maniple.runs
    where kind = 'orchestrate' and outcome is not null and finished_at > $1 and finished_at <= $2
      and succeeded > 0
  )
  select c.*, w.*, r.*, l.*,
    (select count(*)::int from candidates) as candidates,
    (select coalesce(json_agg(m order by m.calls desc, m.model), '[]') from models m) as models
  from (
    select count(*)::int as calls, (count(*) filter (where outcome = 'succeeded'))::int as calls_succeeded,
      avg(latency_ms) filter (where outcome = 'succeeded') as mean,
      percentile_cont(array[0.5, 0.95, 0.99]) within group (order by latency_ms)
        filter (where outcome = 'succeeded') as percentiles,
      coalesce(sum(input_tokens), 0)::float8 as input_tokens,
      coalesce(sum(output_tokens), 0)::float8 as output_tokens,
      sum(cost_usd) as cost_usd
    from calls) c,
  (select count(*)::int as workloads,
    (count(*) filter (where outcome = 'succeeded'))::int as workloads_succeeded from workloads) w,
  (select avg(sequential_ms / wall_ms) as speed_up,
    avg(least(1, greatest(critical_path_ms, sequential_ms / slots) / wall_ms)) as efficiency
    from runs where wall_ms > 0) r,
  (select coalesce(sum(held), 0)::int as held, coalesce(sum(capacity), 0)::int as capacity
    from maniple.lanes where starts_with(id, 'model:')) l`
