import * as z from 'zod'
import { LaneStatus, PilotEvent, PilotStatus, RepositoryName } from '../contracts/index.ts'

export const OrchestrationParams = z.object({
  runId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'no id of a run: letters, digits, _ and -, at most 64')
    .describe('The `runId` of an answer of orchestrate/parallel'),
})

export const WaitQuery = z.strictObject({
  wait: z
    .enum(['true', 'false'])
    .default('true')
    .describe('false: answer 202 at once, without waiting for the result'),
  waitSeconds: z
    .string()
    .regex(/^\d{1,3}$/, 'must be a whole number of seconds from 0 to 600')
    .transform(Number)
    .pipe(z.int().max(600))
    .default(120)
    .describe('How long to wait for the result before answering 202: 0 to 600'),
})

export const WindowQuery = z.strictObject({
  windowMinutes: z.coerce
    .number()
    .int()
    .min(1)
    .max(44_640)
    .default(60)
    .describe('How far back to look, at most 31 days'),
})

export const SampleBody = z
  .strictObject({ repository: RepositoryName.optional() })
  .nullish()
  .describe('May be left out')

export const ActionBody = z
  .strictObject({
    reason: z.string().min(1).max(500).optional().describe('For the history and the audit'),
  })
  .nullish()
  .describe('May be left out')

export const HistoryReply = z
  .object({ events: z.array(PilotEvent) })
  .describe('What was done with the pilot and why')

export const FeedbackReply = z
  .object({ kept: z.int().describe('For how many workloads') })
  .describe('The feedback is stored')

export const ModelsHealth = z
  .object({
    status: z
      .enum(['healthy', 'degraded', 'unavailable'])
      .describe('degraded: work is accepted, but some of it waits or goes to another model'),
    version: z.string(),
    simulated: z.boolean().describe('The only model provider is the simulated one'),
    lanes: z.array(LaneStatus).describe('One for each model: room, breaker, and why it is shut'),
    pilot: PilotStatus.nullable(),
    checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string() })),
  })
  .describe('Health of models, pilot, database and workers')
export type ModelsHealth = z.infer<typeof ModelsHealth>
