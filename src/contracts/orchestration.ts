import * as z from 'zod'
import { RoutingDecision } from './routing-decision.ts'
import { Complexity, Priority } from './task.ts'

/** Any case is accepted (`High`), lower case is kept. */
const anyCase = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (typeof value === 'string' ? value.toLowerCase() : value), schema)

export const RepositoryName = z
  .string()
  .max(140)
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/[A-Za-z0-9._-]{1,100}$/, {
    error: 'a repository as OWNER/REPO',
  })
  .refine((name) => !/\/\.{1,2}$/.test(name), { error: 'a repository as OWNER/REPO' })

export const WorkloadRequest = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$/)
    .optional()
    .describe('For dependsOn; default: w1, w2, … in order'),
  type: anyCase(z.string().regex(/^[a-z][a-z0-9_-]{0,59}$/))
    .optional()
    .describe(
      'code_generation, code_review, documentation, issue_management, security_scanning; an open set',
    ),
  content: z.string().min(1).max(1_000_000),
  complexity: anyCase(Complexity).optional().describe('Default: judged from the content'),
  priority: anyCase(Priority).default('medium'),
  dependsOn: z.array(z.string().max(60)).max(1000).default([]),
})
export type WorkloadRequest = z.infer<typeof WorkloadRequest>

/** The body of `POST /api/GitHubModels/orchestrate/parallel`. */
export const OrchestrationRequest = z.strictObject({
  repository: RepositoryName,
  context: z.string().max(100_000).default(''),
  pilotEnabled: z.boolean().optional().describe('False keeps this request out of any pilot'),
  pilotKey: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('An issue, a pull request or another key that always gets the same arm'),
  slots: z.int().min(1).max(10_000).optional().describe('How many workloads at once; default: 10'),
  /** The run that caused this one; its lineage goes on. */
  parentRun: z.string().max(60).optional(),
  workloads: z.array(WorkloadRequest).min(1).max(10_000),
})
export type OrchestrationRequest = z.infer<typeof OrchestrationRequest>

export const FallbackReason = z.object({
  from: z.string().describe('The first choice'),
  code: z
    .string()
    .describe(
      'An error code such as model_auth; or rate, budget, breaker, lane (no room), not_configured',
    ),
})
export type FallbackReason = z.infer<typeof FallbackReason>

export const WorkloadResult = z.object({
  id: z.string(),
  type: z.string(),
  state: z.enum([
    'waiting',
    'ready',
    'admitted',
    'running',
    'parked',
    'succeeded',
    'failed',
    'skipped',
    'cancelled',
  ]),
  specialist: z.string(),
  model: z.string().nullable().describe('The one that answered; null while none has'),
  result: z.string().nullable(),
  confidence: z.number().min(0).max(1).nullable(),
  latencyMs: z.number().nullable(),
  tokens: z.object({ input: z.int(), output: z.int() }).nullable(),
  costUsd: z.number().nullable(),
  attempts: z.int(),
  pilot: z.boolean().describe('It was given to a candidate on trial'),
  fallback: z.boolean().describe('Another model than the first choice answered'),
  fallbackReason: FallbackReason.optional().describe('Why the first choice did not answer'),
  repaired: z.boolean(),
  simulated: z.boolean(),
  routing: RoutingDecision,
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
})
export type WorkloadResult = z.infer<typeof WorkloadResult>

export const EfficiencyRating = z.enum(['excellent', 'good', 'fair', 'poor', 'unknown'])

/** The answer of `orchestrate/parallel` once every workload has ended. */
export const OrchestrationResult = z.object({
  runId: z.string(),
  success: z.boolean().describe('Every workload succeeded'),
  partialSuccess: z.boolean().describe('Some did, some did not'),
  workloads: z.array(WorkloadResult),
  modelsUsed: z.array(z.string()),
  processingTimeMs: z.number(),
  sequentialTimeMs: z.number(),
  speedUp: z
    .number()
    .nullable()
    .describe('sequentialTimeMs ÷ processingTimeMs; null while nothing has succeeded'),
  parallelEfficiency: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe('Null, and rated unknown, while nothing has succeeded'),
  efficiencyRating: EfficiencyRating,
  costUsd: z.number().nullable(),
  commentary: z.string(),
  simulated: z.boolean(),
})
export type OrchestrationResult = z.infer<typeof OrchestrationResult>

/** The answer while the run goes on: 202. */
export const OrchestrationAccepted = z.object({
  runId: z.string(),
  state: z.string(),
  url: z.string().describe('Where the run can be followed'),
  resultUrl: z.string().describe('Where the result will be'),
  commentary: z.string(),
  simulated: z.boolean(),
})
export type OrchestrationAccepted = z.infer<typeof OrchestrationAccepted>
