import * as z from 'zod'
import { Complexity } from './task.ts'

/** A role that can do certain task types. All of it is data: configuration may override and add. */
export const Specialist = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,59}$/),
  title: z.string().min(1).max(100),
  /** Task types that name this specialist outright. */
  taskTypes: z.array(z.string().min(1).max(60)),
  /** Words and phrases that speak for it when no type does. */
  skills: z.array(z.string().min(1).max(60)),
  complexity: z.strictObject({ from: Complexity, to: Complexity }),
  expectedLatencyMs: z.number().positive(),
  /** Added to the system prompt of each of its tasks; the operator's own words, never a caller's. */
  instructions: z.string().max(20_000),
  /** Names of configured models, the preferred first; empty: any. */
  models: z.array(z.string()),
})
export type Specialist = z.infer<typeof Specialist>

/** What a million tokens cost, in US dollars. */
export const ModelPrice = z.strictObject({
  inputUsdPerMillion: z.number().min(0),
  outputUsdPerMillion: z.number().min(0),
  /** Where the figures are from: `configuration`, or a version of the price table. */
  source: z.string(),
})
export type ModelPrice = z.infer<typeof ModelPrice>

/** A model as data: what routing, budgets and the catalogue know of it. */
export const ModelProfile = z.strictObject({
  /** The name it is configured under; unique. */
  name: z.string(),
  provider: z.enum(['simulated', 'openai-compatible', 'anthropic', 'azure-foundry']),
  /** As the provider knows it. */
  model: z.string(),
  contextTokens: z.int().positive().nullable(),
  /** Null: nobody knows, see `pricing.unknown`. */
  price: ModelPrice.nullable(),
  lane: z.strictObject({
    /** `model:` and the name. */
    name: z.string(),
    concurrency: z.int().positive(),
    requestsPerMinute: z.number().positive().nullable(),
    tokensPerMinute: z.number().positive().nullable(),
  }),
  simulated: z.boolean(),
})
export type ModelProfile = z.infer<typeof ModelProfile>
