import type { Pool } from 'pg'
import * as z from 'zod'
import type { ArmFigures } from '../../contracts/index.ts'

const Arm = z.enum(['control', 'candidate'])
type Arm = z.infer<typeof Arm>

const FiguresRow = z.object({
  arm: Arm,
  requests: z.int(),
  simulated: z.int(),
  successRate: z.number().nullable(),
  meanLatencyMs: z.number().nullable(),
  p95LatencyMs: z.number().nullable(),
  meanCostUsd: z.number().nullable(),
  ratings: z.int(),
  meanRating: z.number().nullable(),
})

const figures = `
  with arms (arm) as (values ('control'::maniple.call_arm), ('candidate'::maniple.call_arm)),
  w as (
    select arm, count(*) as requests, count(*) filter (where simulated) as simulated, avg(won::int)::float8 as won,
      avg(ms) as ms, percentile_cont(0.95) within group (order by ms) as p95, avg(usd) as usd
    from maniple.pilot_workloads where pilot = $1 and stage = $2 group by arm
  ), f as (
    select a.arm, count(*) as ratings, avg(f.rating)::float8 as rating
    from maniple.pilot_assignments a join maniple.pilot_feedback f using (run_id, task)
    where a.pilot = $1 and a.stage = $2 group by a.arm
  )
  select arms.arm, coalesce(w.requests, 0) as requests, coalesce(w.simulated, 0) as simulated,
    w.won as "successRate", w.ms as "meanLatencyMs", w.p95 as "p95LatencyMs", w.usd as "meanCostUsd",
    coalesce(f.ratings, 0) as ratings, f.rating as "meanRating"
  from arms left join w on w.arm = arms.arm left join f on f.arm = arms.arm`

/** What an arm did in one stage; `simulated` counts the workloads that a simulation answered. */
export type StageArm = ArmFigures & { readonly simulated: number }

/** The figures that people see. Counted are workloads that were called for; all their calls add up. */
export async function readArmFigures(
  pool: Pool,
  of: { readonly pilot: string; readonly stage: number },
): Promise<Record<Arm, StageArm>> {
  const result = await pool.query<Record<string, unknown>>(figures, [of.pilot, of.stage])
  const rows = result.rows.map((row) => FiguresRow.parse(row))
  const figuresOf = (arm: Arm): StageArm => {
    const row = rows.find((one) => one.arm === arm)
    if (row === undefined) return noFigures
    const { arm: _, ratings, meanRating, ...rest } = row
    return { ...rest, feedback: { count: ratings, mean: meanRating } }
  }
  return { control: figuresOf('control'), candidate: figuresOf('candidate') }
}

const noFigures: StageArm = {
  ...{ requests: 0, simulated: 0, successRate: null, meanLatencyMs: null },
  ...{ p95LatencyMs: null, meanCostUsd: null, feedback: { count: 0, mean: null } },
}

const SumsRow = z.object({
  arm: Arm,
  metric: z.enum(['success', 'latency', 'cost', 'feedback']),
  n: z.number(),
  sum: z.number(),
  squares: z.number(),
  groups: z.number(),
  sizeSquares: z.number(),
  sizeTimesSum: z.number(),
  sumSquares: z.number(),
})
/** The sums that `rollout` judges by: of one metric in one arm, and over its sticky keys. */
export type ArmMetricSums = z.infer<typeof SumsRow>

/** Latency and cost as logarithms: a free call counts as a ten-thousandth of a cent. */
const sums = `
  with observed as (
    select w.arm, w.unit, v.metric, v.value
    from maniple.pilot_workloads w cross join lateral (values
      ('success', w.won::int::float8), ('latency', ln(greatest(w.ms, 1))), ('cost', ln(greatest(w.usd, 1e-6)))
    ) v (metric, value)
    where w.pilot = $1 and w.stage = $2 and v.value is not null and (v.metric <> 'cost' or w.usd is not null)
    union all
    select a.arm, a.unit, 'feedback', f.rating::float8
    from maniple.pilot_assignments a join maniple.pilot_feedback f using (run_id, task)
    where a.pilot = $1 and a.stage = $2
  ), units as (
    select arm, metric, unit, count(*)::float8 as n, sum(value) as s, sum(value * value) as q
    from observed group by arm, metric, unit
  )
  select arm, metric, sum(n) as n, sum(s) as sum, sum(q) as squares, count(*)::float8 as groups,
    sum(n * n) as "sizeSquares", sum(n * s) as "sizeTimesSum", sum(s * s) as "sumSquares"
  from units group by arm, metric`

export async function readArmSums(
  pool: Pool,
  of: { readonly pilot: string; readonly stage: number },
): Promise<readonly ArmMetricSums[]> {
  const { rows } = await pool.query<Record<string, unknown>>(sums, [of.pilot, of.stage])
  return rows.map((row) => SumsRow.parse(row))
}
