import * as z from 'zod'

export const PilotVerdict = z.enum(['EXTEND', 'PROMOTE', 'ROLLBACK', 'INCONCLUSIVE'])
export type PilotVerdict = z.infer<typeof PilotVerdict>

export const PilotState = z.enum(['idle', 'running', 'stopped', 'promoted', 'rolled_back'])
export type PilotState = z.infer<typeof PilotState>

export const PilotPhase = z.strictObject({
  name: z.string().min(1).max(40),
  /** Share of the eligible requests, 0 to 1. */
  participation: z.number().min(0).max(1),
  days: z.number().positive().max(3650),
  description: z.string().max(200).default(''),
})
export type PilotPhase = z.infer<typeof PilotPhase>

export const ArmFigures = z.object({
  requests: z.int(),
  successRate: z.number().nullable(),
  meanLatencyMs: z.number().nullable(),
  p95LatencyMs: z.number().nullable(),
  meanCostUsd: z.number().nullable(),
  feedback: z.object({ count: z.int(), mean: z.number().nullable() }),
})
export type ArmFigures = z.infer<typeof ArmFigures>

export const PilotConfiguration = z.object({
  name: z.string(),
  candidate: z.string().nullable().describe('The model on trial; null: no pilot is configured'),
  control: z
    .string()
    .nullable()
    .describe('The model it is compared with; null: whichever routing takes'),
  phases: z.array(PilotPhase),
  participation: z.number().describe('Share of the eligible requests when no phase is set'),
  eligibility: z.object({ repositories: z.array(z.string()), users: z.array(z.string()) }),
})
export type PilotConfiguration = z.infer<typeof PilotConfiguration>

export const PilotEvent = z.object({
  at: z.iso.datetime(),
  actor: z.string(),
  action: z.string().describe('start, advance, rollback, stop, undo, verdict'),
  from: z.string(),
  to: z.string(),
  reason: z.string(),
})
export type PilotEvent = z.infer<typeof PilotEvent>

export const PilotStatus = z.object({
  name: z.string(),
  state: PilotState,
  phase: z.string().nullable(),
  phaseStartedAt: z.iso.datetime().nullable(),
  participation: z.number(),
  candidate: z.string().nullable(),
  control: z.string().nullable(),
  /** Eligible requests of the current phase, and how many of them went to the candidate. */
  eligible: z.int(),
  participants: z.int(),
  verdict: PilotVerdict.nullable(),
  reasons: z.array(z.string()),
  commentary: z.string(),
  simulated: z.boolean().describe('The candidate or the control is a simulated model'),
})
export type PilotStatus = z.infer<typeof PilotStatus>

export const PilotMetrics = z.object({
  name: z.string(),
  control: ArmFigures,
  candidate: ArmFigures,
  sampleRatio: z.object({
    expected: z.number(),
    observed: z.number().nullable(),
    pValue: z.number().nullable(),
    mismatch: z.boolean(),
  }),
  verdict: PilotVerdict.nullable(),
  reasons: z.array(z.string()),
  commentary: z.string(),
  simulated: z.boolean().describe('Figures are from a simulated model, or will be'),
})
export type PilotMetrics = z.infer<typeof PilotMetrics>

/** The body of `POST /api/GitHubModels/pilot/feedback`. */
export const PilotFeedback = z.strictObject({
  runId: z.string().min(1).max(60),
  workload: z.string().min(1).max(60).optional().describe('Default: every workload of the run'),
  rating: z.int().min(1).max(5),
  comment: z.string().max(2000).optional(),
})
export type PilotFeedback = z.infer<typeof PilotFeedback>
