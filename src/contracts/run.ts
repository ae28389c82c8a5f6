import * as z from 'zod'
import { Task, TaskState } from './task.ts'
import { WaitReason } from './wait.ts'

export const RunKind = z.enum(['split', 'orchestrate'])
export type RunKind = z.infer<typeof RunKind>

export const RunState = z.enum([
  'queued',
  'running',
  'parked',
  'succeeded',
  'partial',
  'failed',
  'cancelled',
])
export type RunState = z.infer<typeof RunState>

/** The limit that keeps a run from going faster now. */
export const BindingLimit = z.object({
  reason: WaitReason,
  subject: z.string(),
  tasks: z.int().describe('How many tasks it holds back'),
})
export type BindingLimit = z.infer<typeof BindingLimit>

/** One orchestration: a goal and its graph of tasks. Times are ISO 8601 in UTC, durations in ms. */
export const Run = z.object({
  id: z.string(),
  kind: RunKind,
  title: z.string(),
  state: RunState,
  agent: z.string(),
  slots: z.int(),
  total: z.int(),
  counts: z.record(TaskState, z.int()),
  limit: BindingLimit.nullable(),
  cancelRequested: z.boolean(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  wallTimeMs: z.number().describe('From submission to the last commit, or until now'),
  sequentialTimeMs: z.number().describe('Sum of the performing times of the attempts that ended'),
  criticalPathMs: z.number().describe('The longest chain of performing times'),
  speedUp: z
    .number()
    .nullable()
    .describe('sequentialTimeMs ÷ wallTimeMs; null while nothing has succeeded'),
  parallelEfficiency: z
    .number()
    .nullable()
    .describe(
      'max(criticalPathMs, sequentialTimeMs ÷ slots) ÷ wallTimeMs, 0 to 1; null while nothing has succeeded',
    ),
  cost: z.record(z.string(), z.number()).describe('By unit: tokens, usd, …'),
  repository: z.string().nullable(),
  user: z.string().nullable().describe('On whose behalf it runs'),
  lineage: z.object({
    root: z.string().describe('The run that began the chain: its own id, as a rule'),
    depth: z.int().describe('How many runs lie between'),
  }),
  simulated: z.boolean().describe('Some of its results came from a simulated provider'),
  report: z
    .json()
    .nullable()
    .describe('What closing the run found: the combined branch, the check'),
  seq: z.int().describe('Number of the last event; the stream continues after it'),
})
export type Run = z.infer<typeof Run>

/** What a finished (or running) run amounts to: `split --json` prints one. */
export const RunReport = z.object({
  run: Run,
  tasks: z.array(Task),
  speedUp: z.number().nullable(),
  parallelEfficiency: z.number().nullable(),
  wallTimeMs: z.number(),
  sequentialTimeMs: z.number(),
  cost: z.record(z.string(), z.number()),
  simulated: z.boolean(),
  failures: z.array(
    z.object({ task: z.string(), title: z.string(), code: z.string(), message: z.string() }),
  ),
  commentary: z
    .string()
    .describe('One line of the voice; empty until the run has ended, or when it is silent'),
})
export type RunReport = z.infer<typeof RunReport>

/** One step of a run: everything that one commit changed. `seq` counts up by one, without gaps. */
export const RunEvent = z.object({
  seq: z.int(),
  at: z.iso.datetime(),
  run: RunState,
  changes: z.array(z.object({ task: z.string(), state: TaskState, attempt: z.int() })),
})
export type RunEvent = z.infer<typeof RunEvent>
