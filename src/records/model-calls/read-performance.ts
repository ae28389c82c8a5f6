import type { Pool } from 'pg'
import * as z from 'zod'
import type { PerformanceMetrics } from '../../contracts/index.ts'
import { performanceStatement } from './performance-statement.ts'

/** All but what the records do not know: how it is told, and what is simulated. */
export type PerformanceFigures = Omit<PerformanceMetrics, 'commentary' | 'simulated'>

const Figures = z.object({
  workloads: z.number(),
  workloads_succeeded: z.number(),
  candidates: z.number(),
  calls: z.number(),
  calls_succeeded: z.number(),
  mean: z.number().nullable(),
  percentiles: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  input_tokens: z.number(),
  output_tokens: z.number(),
  cost_usd: z.number().nullable(),
  models: z.array(z.object({ model: z.string(), calls: z.number(), succeeded: z.number() })),
  speed_up: z.number().nullable(),
  efficiency: z.number().nullable(),
  held: z.number(),
  capacity: z.number(),
})
type Figures = z.infer<typeof Figures>

/** Figures of the calls made, and the runs that ended, in the minutes up to `now`. */
export async function readPerformance(
  pool: Pool,
  options: { readonly windowMinutes: number; readonly now: Date },
): Promise<PerformanceFigures> {
  const { windowMinutes, now } = options
  const from = new Date(now.getTime() - windowMinutes * 60_000)
  const result = await pool.query<Record<string, unknown>>(performanceStatement, [from, now])
  const figures = Figures.parse(result.rows[0])
  const [p50, p95, p99] = figures.percentiles ?? [null, null, null]
  return {
    windowMinutes,
    from: from.toISOString(),
    to: now.toISOString(),
    ...countsOf(figures),
    latencyMs: {
      mean: rounded(figures.mean, 1),
      p50: rounded(p50, 1),
      p95: rounded(p95, 1),
      p99: rounded(p99, 1),
    },
    concurrency: {
      inUse: figures.held,
      capacity: figures.capacity,
      utilisation: ratio(figures.held, figures.capacity),
    },
    speedUp: rounded(figures.speed_up, 3),
    parallelEfficiency: rounded(figures.efficiency, 4),
    tokens: { input: figures.input_tokens, output: figures.output_tokens },
    costUsd: rounded(figures.cost_usd, 8),
  }
}

function countsOf(
  figures: Figures,
): Pick<PerformanceFigures, 'workloads' | 'calls' | 'pilotParticipation' | 'modelDistribution'> {
  const { workloads, workloads_succeeded: done, candidates, calls } = figures
  return {
    workloads: {
      total: workloads,
      succeeded: done,
      failed: workloads - done,
      successRate: ratio(done, workloads),
    },
    calls: {
      total: calls,
      succeeded: figures.calls_succeeded,
      failed: calls - figures.calls_succeeded,
    },
    pilotParticipation: ratio(candidates, workloads),
    modelDistribution: figures.models.map((entry) => ({
      model: entry.model,
      calls: entry.calls,
      share: ratio(entry.calls, calls) ?? 0,
      successRate: ratio(entry.succeeded, entry.calls),
    })),
  }
}

function ratio(part: number, whole: number): number | null {
  return whole > 0 ? rounded(part / whole, 4) : null
}

function rounded<T extends number | null>(value: T, digits: number): T | number {
  return value === null ? value : Number(value.toFixed(digits))
}
