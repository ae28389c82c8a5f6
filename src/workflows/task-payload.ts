import * as z from 'zod'
import { Complexity, PilotArm } from '../contracts/index.ts'

/** Thousands of tasks share a decision, but for the draw of each. */
export const StoredDecision = z.object({
  place: z.int().min(0),
  draw: z.number().nullable(),
})
export type StoredDecision = z.infer<typeof StoredDecision>

/** Where routing sent a task, and on whose behalf. */
export const RoutedPayload = z.object({
  specialist: z.string(),
  taskType: z.string(),
  complexity: Complexity,
  order: z.array(z.string()),
  pilot: PilotArm.nullable(),
  rootId: z.string(),
  repository: z.string().nullable(),
  user: z.string().nullable(),
  isStructured: z.boolean(),
  /** Which of the decisions that are stored with the run; null where none are. */
  decision: StoredDecision.nullable(),
})
export type RoutedPayload = z.infer<typeof RoutedPayload>

/** What a task carries through the engine for its agent. */
export const TaskPayload = z.object({
  runTitle: z.string(),
  instructions: z.string(),
  /** The run has a context, which its tasks do not carry: `instructions` are to be read with it. */
  hasContext: z.boolean(),
  /** Reuse the result of an equal task, and keep this one's. */
  cache: z.boolean(),
  /** Null for a task that no model performs. */
  routed: RoutedPayload.nullable(),
})
export type TaskPayload = z.infer<typeof TaskPayload>
