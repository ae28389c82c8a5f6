import type { Pool } from 'pg'
import * as z from 'zod'
import { Complexity } from '../../contracts/index.ts'

const ModelOutcome = z.object({
  model: z.string(),
  taskType: z.string(),
  complexity: Complexity,
  calls: z.number(),
  successes: z.number(),
  /** Over the calls that succeeded, so that failing fast does not look quick. */
  meanLatencyMs: z.number().nullable(),
  /** Over the calls whose cost is known: failed ones cost too. */
  meanCostUsd: z.number().nullable(),
})
/** How a model did at tasks of one type and complexity, lately. */
export type ModelOutcome = z.infer<typeof ModelOutcome>

/** The newest calls of a group that count: enough for a rate within 3 %, and quick to forget. */
const callsPerGroup = 200
/** Task types are an open set: whoever invents thousands of them does not slow everybody down. */
const maxGroups = 1000

/**
 * Outcomes for adaptive routing, of each group's newest 200 calls since then, so that the cost
 * depends on the number of groups and not on how many calls are kept: the groups are found by
 * skipping from one to the next along the index, and their calls are read from that index alone.
 *
 * A cancelled call says nothing about its model and is left out. So is what a model did while it
 * was simulated, once it is real (and the other way round): the newest call tells which it is.
 */
export async function readOutcomes(
  pool: Pool,
  options: { readonly since: Date },
): Promise<readonly ModelOutcome[]> {
  const result = await pool.query<Record<string, unknown>>(outcomes, [
    options.since,
    callsPerGroup,
    maxGroups,
  ])
  return z.array(ModelOutcome).parse(result.rows)
}

const outcomes = `
  with recursive groups as (
    (select model, task_type, complexity from maniple.model_calls
      order by model, task_type, complexity limit 1)
    union all
    select n.model, n.task_type, n.complexity from groups g cross join lateral (
      select c.model, c.task_type, c.complexity from maniple.model_calls c
      where (c.model, c.task_type, c.complexity) > (g.model, g.task_type, g.complexity)
      order by c.model, c.task_type, c.complexity limit 1) n
  )
  select g.model, g.task_type as "taskType", g.complexity, o.calls, o.successes,
    o.latency as "meanLatencyMs", o.cost as "meanCostUsd"
  from (select * from groups limit $3) g cross join lateral (
    select count(*)::int as calls, (count(*) filter (where outcome = 'succeeded'))::int as successes,
      avg(latency_ms) filter (where outcome = 'succeeded') as latency, avg(cost_usd) as cost
    from (
      select outcome, error_code, latency_ms, cost_usd, simulated,
        first_value(simulated) over (order by at desc) as simulated_now
      from (
        select c.outcome, c.error_code, c.latency_ms, c.cost_usd, c.simulated, c.at
        from maniple.model_calls c
        where c.model = g.model and c.task_type = g.task_type and c.complexity = g.complexity and c.at >= $1
        order by c.at desc limit $2) newest) latest
    where simulated = simulated_now and error_code is distinct from 'cancelled') o
  where o.calls > 0`
