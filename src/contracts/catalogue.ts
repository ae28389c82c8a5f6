import * as z from 'zod'
import { ModelProfile, Specialist } from './specialist.ts'

export const BreakerState = z.enum(['closed', 'open', 'half-open'])
export type BreakerState = z.infer<typeof BreakerState>

export const LaneStatus = z.object({
  name: z.string(),
  capacity: z.int(),
  held: z.int(),
  breaker: BreakerState,
  shut: z
    .object({ reason: z.enum(['rate', 'budget', 'breaker']), until: z.iso.datetime() })
    .nullable(),
  dead: z
    .object({ code: z.string(), until: z.iso.datetime() })
    .optional()
    .describe('It refused for good (model_auth, model_gone): correct its configuration'),
})
export type LaneStatus = z.infer<typeof LaneStatus>

/** `GET /api/GitHubModels/models/available`. */
export const Catalogue = z.object({
  priceTable: z.string().describe('Version of the price table'),
  specialists: z.array(Specialist),
  models: z.array(ModelProfile.extend({ status: LaneStatus })),
  simulated: z.boolean(),
})
export type Catalogue = z.infer<typeof Catalogue>
