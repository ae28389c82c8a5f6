import * as z from 'zod'

export const CapScope = z.enum(['run', 'root', 'repository', 'user', 'organisation', 'all'])
export type CapScope = z.infer<typeof CapScope>

export const CapPeriod = z.enum(['total', 'day', 'month'])
export type CapPeriod = z.infer<typeof CapPeriod>

/** A configured cap as it stands for one run, repository, user or organisation, or for all. */
export const BudgetStatus = z.object({
  id: z.string().describe('As tasks that wait for it and errors name it'),
  scope: CapScope,
  name: z
    .string()
    .nullable()
    .describe('Of the run, repository, user or organisation; null for all'),
  period: CapPeriod,
  unit: z.string().describe('requests, tokens, usd'),
  limit: z.number().describe('As configured in the process that answers'),
  spent: z.number(),
  reserved: z.number().describe('For calls under way, and a little ahead of those to come'),
  available: z.number().describe('limit − spent − reserved; below zero after a limit was lowered'),
  frees: z.iso
    .datetime()
    .nullable()
    .describe('When the period ends and nothing is spent any more; null for a cap without periods'),
})
export type BudgetStatus = z.infer<typeof BudgetStatus>

export type BudgetPage = {
  readonly budgets: readonly BudgetStatus[]
  /** For the following page; null on the last one. */
  readonly next: string | null
}
