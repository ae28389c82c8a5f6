import * as z from 'zod'
import { retirement } from './retired-hosts.ts'

/** A base URL of an API that still exists: a call to a retired host answers 410 for ever. */
export const baseUrl = z
  .url({ protocol: /^https?$/, abort: true })
  .refine((url) => retirement(url) === undefined, { error: ({ input }) => retirement(input) ?? '' })
  .refine((url) => !hasCredentials(new URL(url)), {
    error: 'an address without credentials: give the key as apiKey',
  })

/** For a protocol that has no place for a query. */
const plainUrl = baseUrl.refine((url) => new URL(url).search === '', {
  error: 'an address without a query: a version is given as apiVersion',
})

function hasCredentials({ username, password }: URL): boolean {
  return username !== '' || password !== ''
}

const price = z.strictObject({
  inputUsdPerMillion: z.number().min(0),
  outputUsdPerMillion: z.number().min(0),
})

const common = {
  /** Default: the name it is configured under. */
  model: z.string().min(1).optional(),
  contextTokens: z.int().positive().optional(),
  price: price.optional(),
  concurrency: z.int().min(1).max(10_000).default(100),
  requestsPerMinute: z.number().positive().optional(),
  tokensPerMinute: z.number().positive().optional(),
  timeoutSeconds: z.number().positive().max(86_400).default(120),
}

const key = {
  apiKey: z.string().min(1).optional(),
  /** Name of the environment variable that holds the key. */
  apiKeyEnv: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'the name of an environment variable' })
    .optional(),
}

export const ModelConfig = z.discriminatedUnion('provider', [
  z.strictObject({
    provider: z.literal('simulated'),
    ...common,
    /** About how long one of its calls takes; default: `simulation.latencyMs`. */
    latencyMs: z.number().min(0).max(600_000).optional(),
  }),
  z.strictObject({
    provider: z.literal('openai-compatible'),
    ...common,
    ...key,
    baseUrl,
    /** Whether the API takes `response_format: json_schema`. */
    structuredOutputs: z.boolean().default(true),
  }),
  z.strictObject({
    provider: z.literal('anthropic'),
    ...common,
    ...key,
    baseUrl: plainUrl.optional(),
  }),
  z.strictObject({
    provider: z.literal('azure-foundry'),
    ...common,
    ...key,
    resource: z
      .string()
      .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i, {
        error: 'the first part of the host, such as my-resource',
      })
      .optional(),
    baseUrl: plainUrl.optional(),
    apiVersion: z.string().min(1).optional(),
  }),
])
/** A model that specialists may use, under a name of the operator's. */
export type ModelConfig = z.infer<typeof ModelConfig>
