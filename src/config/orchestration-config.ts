import * as z from 'zod'
import { PilotPhase, RepositoryName, Specialist } from '../contracts/index.ts'

const share = z.number().min(0).max(1)

const SpecialistOverride = Specialist.omit({ name: true }).partial()

const specialistName = Specialist.shape.name

const RepositoryConfig = z.strictObject({
  specialists: z.record(specialistName, SpecialistOverride).default({}),
})

/** Whose caps may be for one of them by name. */
const namedScopes: readonly string[] = ['repository', 'user', 'organisation']

/** How much of a unit may be spent in a period: `{scope: all, period: day, unit: usd, amount: 20}`. */
const CapConfig = z
  .strictObject({
    scope: z.enum(['run', 'root', 'repository', 'user', 'organisation', 'all']),
    /** Only for this repository, user or organisation; default: each has a cap of its own. */
    only: z.string().min(1).max(140).optional(),
    period: z.enum(['total', 'day', 'month']),
    /** What calls count: a cap in anything else would never bind. */
    unit: z.enum(['usd', 'tokens', 'requests']),
    amount: z.number().min(0).max(1e12),
  })
  .refine(({ scope, only }) => only === undefined || namedScopes.includes(scope), {
    path: ['only'],
    error: `no name beside this scope: only a scope of ${namedScopes.join(', ')} has one`,
  })

const PilotConfig = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/)
    .default('pilot')
    .meta({
      description: 'Name of the pilot: a new name assigns everybody anew',
    }),
  candidate: z.string().min(1).optional().meta({
    description: 'The model on trial; without one there is no pilot',
  }),
  control: z.string().min(1).optional().meta({
    description: 'The model it is compared with',
    defaultText: 'whichever routing takes',
  }),
  participation: share.default(0.25).meta({
    description: 'Share of the eligible requests that get the candidate when there are no phases',
  }),
  phases: z.array(PilotPhase).max(20).optional().meta({
    description: 'Phases: name, participation, days, description',
    defaultText: 'alpha 5 % for 7 days, beta 15 % for 14 days, general 50 % for 30 days',
  }),
  repositories: z.array(RepositoryName).default([]).meta({
    description: 'Repositories whose requests may take part; none: all',
  }),
  users: z.array(z.string().min(1)).default([]).meta({
    description: 'Users whose requests may take part; none: all',
  }),
  autoStart: z.boolean().default(false).meta({
    description: 'Start by itself when the server starts and a candidate is given',
  }),
})

export const sections = {
  specialists: z.record(specialistName, SpecialistOverride).default({}).meta({
    description:
      'Specialists by name: what is given overrides the built-in ones, a new name adds one',
  }),
  repositories: z.record(RepositoryName, RepositoryConfig).default({}).meta({
    description: 'What is different for a repository: specialists, as above',
  }),
  orchestration: z.strictObject({
    slots: z.int().min(1).max(10_000).default(10).meta({
      description: 'Workloads of one request at once, when the caller names no number',
    }),
    maxOutputTokens: z.int().min(16).max(1_000_000).default(4096).meta({
      description: 'The longest answer asked of a model; budgets reserve for it',
    }),
  }),
  routing: z.strictObject({
    adaptive: z.boolean().default(true).meta({
      description: 'Measured success, latency and cost move the choice of a model',
    }),
    explorationFloor: share.default(0.05).meta({
      description: 'Share of the requests that try other models, to go on learning',
    }),
  }),
  budgets: z.array(CapConfig).max(100).default([]).meta({
    description: 'Caps: scope, period, unit, amount, and only for which name',
  }),
  pricing: z.strictObject({
    unknown: z.enum(['refuse', 'ceiling']).default('refuse').meta({
      description: 'What a budget in usd does with a model whose price nobody knows',
    }),
    ceilingUsdPerMillion: z.number().min(0).default(75).meta({
      description: 'With `ceiling`: what a million tokens of such a model count for',
    }),
  }),
  breaker: z.strictObject({
    share: z.number().min(0.05).max(1).default(0.5).meta({
      description: 'A model is given a rest when this share of its latest calls failed',
    }),
    calls: z.int().min(2).max(1000).default(20).meta({
      description: 'How many latest calls are counted',
    }),
    openSeconds: z.number().positive().max(86_400).default(15).meta({
      description: 'How long the first rest is; it doubles with each in a row',
    }),
    mostSeconds: z.number().positive().max(86_400).default(600).meta({
      description: 'The longest rest',
    }),
  }),
  pilot: PilotConfig,
  guard: z.strictObject({
    repositories: z.array(RepositoryName).default([]).meta({
      description: 'Repositories that requests may name; none: all',
    }),
    users: z.array(z.string().min(1)).default([]).meta({
      description: 'Users (names of API tokens) that may orchestrate; none: all',
    }),
    requestsPerMinute: z.int().min(1).max(1_000_000).default(6000).meta({
      description: 'HTTP requests of one caller',
    }),
  }),
  loop: z.strictObject({
    maxDepth: z.int().min(0).max(100).default(5).meta({
      description: 'How many runs may lie between a run and the first of its chain',
    }),
  }),
}
