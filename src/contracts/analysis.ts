import * as z from 'zod'
import { RepositoryName, WorkloadRequest } from './orchestration.ts'
import { PilotStatus } from './pilot.ts'
import { RoutingDecision } from './routing-decision.ts'
import { Complexity } from './task.ts'

/** The body of `POST /api/GitHubModels/analyze/workload`. */
export const AnalysisRequest = z.strictObject({
  repository: RepositoryName,
  context: z.string().max(100_000).default(''),
  workloads: z
    .array(WorkloadRequest)
    .max(10_000)
    .optional()
    .describe('Left out: derived from the context'),
  includePilotStatus: z.boolean().default(false),
})
export type AnalysisRequest = z.infer<typeof AnalysisRequest>

export const Analysis = z.object({
  repository: z.string(),
  derived: z.boolean().describe('The workloads were derived from the context'),
  complexity: Complexity,
  workloads: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      content: z.string().describe('At most its first 200 characters'),
      complexity: Complexity,
      specialist: z.string(),
      model: z.string(),
      estimatedMs: z.number(),
      estimatedCostUsd: z.number().nullable(),
      routing: RoutingDecision,
    }),
  ),
  recommendedSpecialists: z.array(z.string()),
  recommendedModels: z.array(z.string()),
  suggestedWidth: z.int(),
  bindingLimit: z.object({ limit: z.string(), width: z.int(), reason: z.string() }),
  estimatedCostUsd: z.number().nullable(),
  estimatedMs: z.number(),
  insights: z.array(z.string()),
  pilot: PilotStatus.nullable(),
  commentary: z.string(),
  simulated: z.boolean(),
})
export type Analysis = z.infer<typeof Analysis>
