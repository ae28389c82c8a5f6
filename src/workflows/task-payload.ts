import * as z from 'zod'

/** What a task of a split run carries through the engine for its agent. */
export const TaskPayload = z.object({
  runTitle: z.string(),
  instructions: z.string(),
  /** Reuse the result of an equal task, and keep this one's. */
  cache: z.boolean(),
})
export type TaskPayload = z.infer<typeof TaskPayload>
