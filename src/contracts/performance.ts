import * as z from 'zod'

/** `GET /api/GitHubModels/metrics/performance`: over model calls and runs of the window. */
export const PerformanceMetrics = z.object({
  windowMinutes: z.number(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  workloads: z.object({
    total: z.int(),
    succeeded: z.int(),
    failed: z.int(),
    successRate: z.number().nullable(),
  }),
  calls: z.object({ total: z.int(), succeeded: z.int(), failed: z.int() }),
  latencyMs: z.object({
    mean: z.number().nullable(),
    p50: z.number().nullable(),
    p95: z.number().nullable(),
    p99: z.number().nullable(),
  }),
  pilotParticipation: z.number().nullable().describe('Share of the workloads in a candidate arm'),
  concurrency: z.object({
    inUse: z.int(),
    capacity: z.int(),
    utilisation: z.number().nullable().describe('inUse ÷ capacity, now'),
  }),
  modelDistribution: z.array(
    z.object({
      model: z.string(),
      calls: z.int(),
      share: z.number(),
      successRate: z.number().nullable(),
    }),
  ),
  speedUp: z
    .number()
    .nullable()
    .describe('Mean over the runs that ended in the window and had a result'),
  parallelEfficiency: z.number().nullable().describe('Mean over the same runs'),
  tokens: z.object({ input: z.number(), output: z.number() }),
  costUsd: z.number().nullable(),
  commentary: z.string(),
  simulated: z.boolean(),
})
export type PerformanceMetrics = z.infer<typeof PerformanceMetrics>
