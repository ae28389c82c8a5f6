import * as z from 'zod'
import { Complexity, PilotArm, RoutingDecision } from '../contracts/index.ts'

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
  /** With all candidates and reasons; left out where hundreds of tasks share one. */
  decision: RoutingDecision.nullable(),
})
export type RoutedPayload = z.infer<typeof RoutedPayload>

/** What a task carries through the engine for its agent. */
export const TaskPayload = z.object({
  runTitle: z.string(),
  instructions: z.string(),
  /** Reuse the result of an equal task, and keep this one's. */
  cache: z.boolean(),
  /** Null for a task that no model performs. */
  routed: RoutedPayload.nullable(),
})
export type TaskPayload = z.infer<typeof TaskPayload>
