import * as z from 'zod'

const Candidate = z.object({
  name: z.string(),
  score: z.number().describe('The higher the better; comparable within one decision only'),
  reasons: z.array(z.string()).describe('What the score is made of'),
  lost: z.string().nullable().describe('Why it was not chosen; null for the chosen one'),
})

export const PilotArm = z.object({
  pilot: z.string(),
  arm: z.enum(['control', 'candidate']),
})
export type PilotArm = z.infer<typeof PilotArm>

/** Which specialist and which models, and why. Stored with the task, so it can be replayed. */
export const RoutingDecision = z.object({
  specialist: z.object({
    chosen: z.string(),
    confidence: z.number().min(0).max(1),
    candidates: z.array(Candidate),
  }),
  models: z.object({
    /** Names of models, the first choice first; the others are the fallbacks in their order. */
    order: z.array(z.string()).min(1),
    candidates: z.array(Candidate),
    /** Chosen to learn, not for its score. */
    explored: z.boolean(),
    /** The random draw that decided, 0 to 1; null when the choice is not adaptive. */
    draw: z.number().nullable(),
  }),
  pilot: PilotArm.nullable(),
})
export type RoutingDecision = z.infer<typeof RoutingDecision>
