import * as z from 'zod'
import { Wait } from './wait.ts'

export const TaskState = z.enum([
  'waiting',
  'ready',
  'admitted',
  'running',
  'parked',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
])
export type TaskState = z.infer<typeof TaskState>

export const Priority = z.enum(['critical', 'high', 'medium', 'low'])
export type Priority = z.infer<typeof Priority>

export const Complexity = z.enum(['low', 'medium', 'high'])
export type Complexity = z.infer<typeof Complexity>

export const TaskError = z.object({
  code: z.string().describe('A code of the error catalogue'),
  message: z.string(),
})
export type TaskError = z.infer<typeof TaskError>

/** One unit of work in a run, as clients see it. Times are ISO 8601 in UTC. */
export const Task = z.object({
  id: z.string().describe('Unique within the run; safe in file names and git refs'),
  title: z.string(),
  type: z.string().describe('code_generation, code_review, documentation, … (an open set)'),
  agent: z.string(),
  priority: Priority,
  complexity: Complexity,
  state: TaskState,
  dependsOn: z.array(z.string()),
  attempts: z.int().describe('Attempts begun, the running one included'),
  startedAt: z.iso.datetime().nullable().describe('When the last attempt began performing'),
  finishedAt: z.iso.datetime().nullable(),
  durationMs: z.number().nullable().describe('Performing time of the last attempt'),
  wait: Wait.nullable().describe('Why it is not running now; null while it runs or after it ended'),
  error: TaskError.nullable(),
  output: z.json().nullable(),
  simulated: z.boolean(),
  cached: z.boolean().describe('The result of an earlier, equal task was reused'),
})
export type Task = z.infer<typeof Task>
