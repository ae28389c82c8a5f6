import * as z from 'zod'

export const WaitReason = z.enum([
  'dependency',
  'slots',
  'lane',
  'rate',
  'budget',
  'breaker',
  'retry',
  'approval',
  'outside',
  'worker',
])
export type WaitReason = z.infer<typeof WaitReason>

/** Why a task is not running. Derived by the engine; a client never guesses it. */
export const Wait = z.object({
  reason: WaitReason,
  subject: z.string().describe('What it waits for: task ids, a lane, an agent, the run'),
  since: z.iso.datetime(),
  frees: z.iso.datetime().nullable().describe('When the wait ends at the latest, where known'),
})
export type Wait = z.infer<typeof Wait>
