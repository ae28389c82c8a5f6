import * as z from 'zod'
import { CapPeriod, CapScope } from '../contracts/index.ts'

/** Beyond it the ledger's integers would not be exact. */
const mostUnits = 1e12

/** The most that may be spent. Days and months begin at midnight UTC. */
export const Cap = z
  .strictObject({
    scope: CapScope.describe('Each one of these has the amount to itself; `all` is everything'),
    only: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('One repository, user or organisation; goes before a cap for each of them'),
    period: CapPeriod.default('total'),
    unit: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
    amount: z.number().min(0).max(mostUnits),
  })
  .refine(({ scope, only }) => only === undefined || isNamed(scope), {
    path: ['only'],
    error: 'only a repository, user or organisation can be named',
  })
export type Cap = z.infer<typeof Cap>

function isNamed(scope: CapScope): boolean {
  return scope === 'repository' || scope === 'user' || scope === 'organisation'
}
