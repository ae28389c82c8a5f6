import * as z from 'zod'
import { gate, github } from './github-config.ts'
import { baseUrl, ModelConfig } from './model-config.ts'
import { sections } from './orchestration-config.ts'

const rate = (what: string) =>
  z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .meta({ description: `How often a simulated call ${what}, 0 (never) to 1 (always)` })

const count = (limits: { min: number; max: number }) => z.int().min(limits.min).max(limits.max)

const host = z
  .string()
  .regex(/^[A-Za-z0-9.:_-]{1,255}$/, { error: 'an address or a host name' })
  .default('127.0.0.1')

// The name goes into lanes, logs and API paths; `model` and `command` are Maniple's own.
const agentName = z.string().regex(/^(?!(?:model|command)$)[a-z0-9][a-z0-9-]{0,59}$/, {
  error: 'an agent name of a–z, 0–9 and dashes, other than model and command',
})

const modelName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,59}$/, {
  error: 'a model name of a–z, 0–9, dots, dashes and underscores',
})

const environmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
  error: 'the name of an environment variable',
})

const CommandAgentConfig = z.strictObject({
  command: z.string().min(1),
  repository: z.string().min(1),
  check: z.string().min(1).optional(),
  passEnvironment: z.array(environmentName).default([]),
})
/** An agent command that callers over HTTP may name. `repository` is an absolute path. */
export type CommandAgentConfig = z.infer<typeof CommandAgentConfig>

/**
 * Every setting there is. A key's environment name is `MANIPLE_` and its path in capitals, unless
 * its metadata says otherwise (`env`). `secret` values are never shown; `defaultText` describes a
 * default that depends on the machine or on other keys.
 */
export const Config = z.strictObject({
  dataDir: z.string().min(1).meta({
    description: 'Where the embedded database and the working clones live',
    defaultText:
      'XDG_DATA_HOME/maniple, else ~/.local/share/maniple; macOS ~/Library/Application Support/maniple; Windows LOCALAPPDATA\\maniple',
  }),
  databaseUrl: z
    .string()
    .regex(/^postgres(?:ql)?:\/\//, { error: 'a URL that begins with postgresql://' })
    .optional()
    .meta({
      description: 'A PostgreSQL (14 or newer) to use instead of the embedded one',
      env: 'DATABASE_URL',
      secret: true,
      defaultText: 'the embedded PostgreSQL',
    }),
  server: z.strictObject({
    host: host.meta({
      description:
        'Address that the server listens on; beyond loopback every request needs an API token',
      env: 'MANIPLE_HOST',
    }),
    names: z.array(z.string().min(1).max(255)).default([]).meta({
      description: 'Further host names by which clients reach the server',
    }),
    port: count({ min: 0, max: 65_535 }).default(5000).meta({
      description: 'Port that the server listens on; 0 takes a free one',
      env: 'MANIPLE_PORT',
    }),
  }),
  model: z.strictObject({
    provider: z.enum(['simulated', 'openai-compatible']).meta({
      description: 'Where model tasks go',
      defaultText: '`openai-compatible` when `model.baseUrl` is given, else `simulated`',
    }),
    baseUrl: baseUrl.optional().meta({
      description: 'Address of an OpenAI-compatible API, such as http://127.0.0.1:11434/v1',
    }),
    apiKey: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'Key for that API; a local one needs none', secret: true }),
    name: z.string().min(1).meta({
      description: 'Name of the model, as that API knows it',
      env: 'MANIPLE_MODEL',
      defaultText: '`simulated-model` for the simulated provider; the other needs one',
    }),
    concurrency: count({ min: 1, max: 10_000 }).default(100).meta({
      description: 'Calls to the model in flight at once, over all processes',
    }),
    timeoutSeconds: z.number().positive().max(86_400).default(120).meta({
      description: 'A model call that takes longer is given up, and tried again',
    }),
  }),
  models: z.record(modelName, ModelConfig).default({}).meta({
    description:
      'Models that specialists use, by name: provider (simulated, openai-compatible, anthropic, azure-foundry), model, baseUrl, apiKey or apiKeyEnv, price, contextTokens, concurrency, requestsPerMinute, tokensPerMinute, timeoutSeconds',
    defaultText: 'the one of `model`, under its own name',
    secret: true,
  }),
  ...sections,
  github,
  gate,
  voice: z.enum(['reynolds', 'plain']).default('reynolds').meta({
    description:
      'How the line beside the facts of a result sounds: reynolds, or plain for sober words',
  }),
  simulation: z.strictObject({
    seed: z.int().min(0).default(1).meta({
      description: 'The same seed gives the same simulated answers and faults',
    }),
    latencyMs: z.number().min(0).max(600_000).default(400).meta({
      description: 'About how long a simulated call takes, in milliseconds',
    }),
    faults: z.strictObject({
      rate429: rate('is refused with 429 and Retry-After'),
      rate500: rate('fails with 500'),
      rateTimeout: rate('is never answered'),
      rateReset: rate('loses its connection without an answer'),
      rateEmpty: rate('is answered with an empty text'),
      rateTruncated: rate('is answered with a text cut short'),
      rateFiltered: rate('is answered by a content filter'),
      rateMalformed: rate('is answered with something that is not JSON'),
    }),
  }),
  worker: z.strictObject({
    slots: count({ min: 1, max: 10_000 }).default(1000).meta({
      description: 'How many tasks this process performs at once',
    }),
  }),
  run: z.strictObject({
    modelSlots: count({ min: 1, max: 10_000 }).default(50).meta({
      description: 'Slots of a run on a model, when the caller names none',
    }),
    commandSlots: count({ min: 1, max: 10_000 }).meta({
      description: 'Slots of a run on an agent command, when the caller names none',
      defaultText: 'the number of CPUs',
    }),
    taskTimeoutMinutes: z.number().positive().max(10_080).default(30).meta({
      description: 'An attempt that takes longer is stopped, when the input names no time-out',
    }),
    retries: count({ min: 0, max: 20 }).default(2).meta({
      description: 'Tries after the first, when the input names no number',
    }),
    ageingMinutes: z.number().positive().max(10_080).default(10).meta({
      description: 'Waiting this long makes up for one step of priority',
    }),
  }),
  limits: z.strictObject({
    maxInputBytes: count({ min: 1024, max: 268_435_456 }).default(5_242_880).meta({
      description: 'The largest workflow accepted, in bytes',
    }),
    maxTasks: count({ min: 1, max: 1_000_000 }).default(10_000).meta({
      description: 'The most tasks that one run may have',
    }),
  }),
  agents: z.record(agentName, CommandAgentConfig).default({}).meta({
    description:
      'Agent commands that HTTP callers may name: name → command, repository, check, passEnvironment (JSON in the environment)',
  }),
  log: z.strictObject({
    level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').meta({
      description: 'The least important log lines that are written (to stderr)',
    }),
  }),
})
export type Config = z.infer<typeof Config>
