import * as z from 'zod'
import { EffectType, RepositoryName } from '../contracts/index.ts'

const pattern = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/(?:\*|[A-Za-z0-9._-]{1,100})$/, {
  error: 'owner/name, or owner/* for all of an owner',
})
const verdict = z.enum(['allow', 'ask', 'deny'])
const cap = z.int().min(0).max(1_000_000)
const names = (most: number) => z.array(z.string().min(1).max(most)).max(1000)
const label = z.string().min(1).max(50)

const EffectRuleConfig = z.strictObject({
  verdict,
  repositories: z.array(pattern).optional(),
  /** The least that the person on whose behalf it is asked for must be permitted. */
  permission: z.enum(['none', 'read', 'triage', 'write', 'maintain', 'admin']).optional(),
  perRun: cap.optional(),
  perHour: cap.optional(),
  open: cap.optional(),
})

const secret = (what: string, env: string) =>
  z.string().min(1).optional().meta({
    description: what,
    env,
    secret: true,
    defaultText: 'none: what needs it says so, and the rest works',
  })

/** Where GitHub is, as whom to speak to it, and what starts a run there. */
export const github = z.strictObject({
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.github.com')
    .meta({ description: 'Where GitHub’s API is; another one for GitHub Enterprise' }),
  token: secret('A token of GitHub, for state, labels, pull requests', 'GITHUB_TOKEN'),
  userToken: secret('A token of a user, for Copilot: it obeys no App', 'MANIPLE_GITHUB_USER_TOKEN'),
  appId: z.string().regex(/^\d+$/).optional().meta({
    description: 'A GitHub App instead of a token: its id',
    defaultText: 'none',
  }),
  appInstallation: z.int().positive().optional().meta({
    description: 'The installation of that App',
    defaultText: 'none',
  }),
  appKey: secret('The private key of that App, in PEM', 'MANIPLE_GITHUB_APP_KEY'),
  webhookSecret: secret(
    'The secret of the webhook that points at /webhook/github',
    'MANIPLE_WEBHOOK_SECRET',
  ),
  repositories: z.array(RepositoryName).max(1000).default([]).meta({
    description: 'Repositories whose issues may start runs; none: none',
  }),
  label: label.default('parallel-execution').meta({
    description: 'The label that starts a run on an issue',
  }),
  agent: z.string().min(1).max(60).default('pull').meta({
    description:
      'Who performs the tasks of a run on GitHub: pull, copilot, actions, or a command agent',
  }),
  lookSeconds: z.int().min(5).max(86_400).default(60).meta({
    description: 'How often a run on GitHub is looked at when no webhook tells of anything',
  }),
  concurrency: z.int().min(1).max(100).default(10).meta({
    description: 'Requests to GitHub in flight at once, in this process',
  }),
  timeoutSeconds: z.number().min(1).max(300).default(30).meta({
    description: 'After so long a request to GitHub is given up',
  }),
  timeScale: z.number().min(1).max(10_000).default(1).meta({
    description: 'How many times faster the time of a simulated GitHub passes; 1 for the real one',
  }),
})

/** What may be changed outside. Nothing is, until it is opened here. */
export const gate = z.strictObject({
  preset: z.enum(['closed', 'workers']).default('closed').meta({
    description:
      'closed: nothing; workers: worker issues, labels, comments, branches under maniple/ and pull requests in `gate.repositories`, merges asked for',
  }),
  dryRun: z.boolean().default(false).meta({
    description: 'Nothing is changed; what would have been is written down and shown',
  }),
  repositories: z.array(pattern).max(1000).default([]).meta({
    description: 'Repositories that may be changed: owner/name, or owner/*',
  }),
  effects: z.partialRecord(EffectType, EffectRuleConfig).default({}).meta({
    description: 'Rules by type of change; goes before the preset',
  }),
  perRun: cap.default(1000).meta({ description: 'Most changes of one run' }),
  perHour: cap.default(2000).meta({ description: 'Most changes of one repository in an hour' }),
  perRoot: cap.default(3000).meta({ description: 'Most changes of a chain of runs' }),
  beyondCaps: z.enum(['ask', 'deny']).default('ask').meta({
    description: 'What happens to a change beyond a cap',
  }),
  branches: names(244).default(['maniple/']).meta({
    description: 'Prefixes of branches that may be written; never the default branch',
  }),
  bases: names(244).default([]).meta({
    description: 'Branches besides the default one that pull requests may go into',
  }),
  unprotected: names(1024).default([]).meta({
    description:
      'Protected paths (.github, CODEOWNERS, lock files of CI) that may be written after all',
  }),
  protected: names(1024).default([]).meta({ description: 'More paths to protect' }),
  labels: z.array(label).max(1000).default([]).meta({
    description: 'Further labels that may be set and removed; prefix* for many',
  }),
  workflows: names(255).default([]).meta({
    description: 'Workflow files that may be dispatched',
  }),
  hosts: names(255).default(['github.com']).meta({
    description: 'Hosts that texts may link to',
  }),
  mentions: names(60).default([]).meta({ description: 'Logins that texts may mention' }),
  merge: z.strictObject({
    auto: z.boolean().default(false).meta({
      description: 'Merges without a person, where all of the following holds',
    }),
    paths: names(1024).default(['**']).meta({
      description: 'All changed files are among these',
    }),
    authors: names(60).default([]).meta({
      description: 'Authors that are trusted; none: Maniple’s own pull requests',
    }),
    taskTypes: names(60).default(['*']).meta({ description: 'Types of the task behind it' }),
    needsApproval: z.boolean().default(false).meta({
      description: 'A person has approved the pull request',
    }),
    withoutChecks: z.boolean().default(false).meta({
      description: 'A pull request on which no check runs may be merged',
    }),
    method: z.enum(['merge', 'squash', 'rebase']).default('squash').meta({
      description: 'How',
    }),
  }),
})
