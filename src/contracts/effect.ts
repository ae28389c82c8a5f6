import * as z from 'zod'
import { RepositoryName } from './orchestration.ts'

const IssueNumber = z.int().positive()
const Sha = z.string().regex(/^[0-9a-f]{40}$/)
const Branch = z.string().min(1).max(244)
/** A path inside a repository, as git spells it. What it may be is for `policy/` to say. */
const FilePath = z.string().min(1).max(1024)
const Body = z.string().max(65_536)
const Title = z.string().min(1).max(256)
const Labels = z.array(z.string().min(1).max(50)).max(100)

const at = { repository: RepositoryName }
const onIssue = { ...at, number: IssueNumber }

const FileChange = z.strictObject({
  path: FilePath,
  /** Null removes the file. */
  content: z.string().max(1_000_000).nullable(),
})

const Head = { sha: Sha.describe('The head commit it was decided on; another one refuses it') }

/**
 * A requested change to the outside, as an agent may ask for it and as the gate performs it. It is
 * data: nothing in it is trusted until `policy/` has judged it.
 */
export const Effect = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('issue.create'),
    ...at,
    title: Title,
    body: Body,
    labels: Labels,
    parent: IssueNumber.nullable().describe('Becomes a sub-issue of it'),
  }),
  z.strictObject({ type: z.literal('issue.comment'), ...onIssue, body: Body }),
  z.strictObject({
    type: z.literal('issue.dashboard'),
    ...onIssue,
    body: Body.describe('Of the one comment that is edited in place'),
  }),
  z.strictObject({ type: z.literal('issue.label'), ...onIssue, add: Labels, remove: Labels }),
  z.strictObject({
    type: z.literal('issue.assign'),
    ...onIssue,
    assignees: z.array(z.string().min(1).max(60)).min(1).max(10),
  }),
  z.strictObject({
    type: z.literal('copilot.assign'),
    ...onIssue,
    baseRef: Branch.nullable(),
    instructions: z.string().max(20_000),
    model: z.string().max(100).nullable(),
  }),
  z.strictObject({
    type: z.literal('issue.close'),
    ...onIssue,
    reason: z.enum(['completed', 'not_planned']),
  }),
  z.strictObject({
    type: z.literal('issue.link'),
    ...onIssue,
    kind: z.enum(['sub_issue', 'blocked_by']),
    target: IssueNumber,
  }),
  z.strictObject({
    type: z.literal('branch.push'),
    ...at,
    branch: Branch,
    base: Sha.describe('The commit it builds on'),
    message: z.string().min(1).max(10_000),
    files: z.array(FileChange).min(1).max(300),
  }),
  z.strictObject({
    type: z.literal('pull.open'),
    ...at,
    head: Branch,
    base: Branch,
    title: Title,
    body: Body,
    draft: z.boolean(),
    closes: IssueNumber.nullable().describe('The worker issue that merging it closes'),
  }),
  z.strictObject({
    type: z.literal('pull.update'),
    ...onIssue,
    ...Head,
    merge: z.literal('base').describe('Merges the base branch into it'),
  }),
  z.strictObject({ type: z.literal('pull.ready'), ...onIssue }),
  z.strictObject({
    type: z.literal('pull.review'),
    ...onIssue,
    ...Head,
    event: z.enum(['approve', 'request_changes', 'comment']),
    body: Body,
  }),
  z.strictObject({
    type: z.literal('pull.merge'),
    ...onIssue,
    ...Head,
    method: z.enum(['merge', 'squash', 'rebase']),
  }),
  z.strictObject({ type: z.literal('pull.close'), ...onIssue }),
  z.strictObject({
    type: z.literal('workflow.dispatch'),
    ...at,
    workflow: z.string().min(1).max(255),
    ref: Branch,
    inputs: z.record(z.string().max(100), z.string().max(60_000)),
  }),
  z.strictObject({
    type: z.literal('workflow.change'),
    ...at,
    branch: Branch,
    path: FilePath,
    content: z.string().max(1_000_000),
    message: z.string().min(1).max(10_000),
  }),
])
export type Effect = z.infer<typeof Effect>
export const EffectType = z.enum(Effect.options.map(({ shape }) => shape.type.value))
export type EffectType = z.infer<typeof EffectType>

/**
 * What a repeat does. `natural`: the other side refuses it or it changes nothing. `marked`: what was
 * done carries a signed marker and is looked for before it is tried again. `once`: there is nothing
 * to look for; tried at most once, and an unknown outcome is shown to a person.
 */
export type EffectClass = 'natural' | 'marked' | 'once'

/** Who had a hand in an effect's wording. The worst of its inputs counts. */
export const Taint = z.enum(['maintainer', 'model', 'outside'])
export type Taint = z.infer<typeof Taint>

export const EffectState = z.enum([
  /** Waits for a person. */
  'asked',
  /** About to be performed, or under way; after a crash: perhaps done. */
  'intended',
  'performed',
  'denied',
  'failed',
  /** Nobody can tell whether it happened; a person has to look. */
  'unknown',
  /** A dry run: what would have happened. */
  'dry',
])
export type EffectState = z.infer<typeof EffectState>

/** An effect that somebody asked for, with what became of it. Times are ISO 8601 in UTC. */
export const EffectRecord = z.object({
  id: z.string(),
  key: z.string().describe('The same request, however often it is made: run, task and purpose'),
  type: z.string(),
  repository: z.string(),
  state: EffectState,
  run: z.string().nullable(),
  task: z.string().nullable(),
  root: z.string(),
  depth: z.int(),
  effect: Effect,
  reasons: z.array(z.string()).describe('Why it was allowed, asked for or denied'),
  receipt: z.json().nullable().describe('What the other side answered: number, id, URL, SHA'),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  decidedBy: z.string().nullable().describe('The person who approved or denied it'),
  askedAt: z.iso.datetime(),
  performedAt: z.iso.datetime().nullable(),
})
export type EffectRecord = z.infer<typeof EffectRecord>

/** What lists show of an effect: without its texts and files, which may be large. */
export const EffectSummary = EffectRecord.omit({ effect: true, receipt: true })
export type EffectSummary = z.infer<typeof EffectSummary>

/** While it stands, no effect is performed. */
export const GatePause = z.object({
  repository: z.string().nullable().describe('Null: every repository'),
  by: z.string(),
  reason: z.string(),
  at: z.iso.datetime(),
})
export type GatePause = z.infer<typeof GatePause>
