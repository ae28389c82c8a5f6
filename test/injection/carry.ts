import type { Effect, EffectOrigin, EffectType } from '../../src/contracts/index.ts'
import { closedRules, type GateFacts, type GateRules } from '../../src/policy/index.ts'
import type { InjectionCase } from './corpus.ts'

const repository = 'acme/shop'
const sha = 'a'.repeat(40)
const at = { repository, number: 7 }

const push = (more: Partial<Extract<Effect, { type: 'branch.push' }>>): Effect => ({
  ...{ type: 'branch.push', repository, branch: 'maniple/fix', base: sha, message: 'Fix' },
  files: [{ path: 'src/a.ts', content: 'x' }],
  ...more,
})
const open = (more: Partial<Extract<Effect, { type: 'pull.open' }>>): Effect => ({
  ...{ type: 'pull.open', repository, head: 'maniple/fix', base: 'main', title: 'T', body: 'B' },
  ...{ draft: true, closes: null },
  ...more,
})
const create = (title: string, body: string, labels: string[] = []): Effect => ({
  ...{ type: 'issue.create', repository, title, body, labels, parent: null },
})

/** The effects that would take a payload of that kind along, wherever there is a place for it. */
export function carry({ kind, payload }: InjectionCase): readonly Effect[] {
  switch (kind) {
    case 'issue-body':
    case 'comment':
      return [
        create('T', payload),
        { type: 'issue.comment', ...at, body: payload },
        { type: 'issue.dashboard', ...at, body: `| a |\n|---|\n| b |\n\n${payload}` },
        { type: 'pull.review', ...at, sha, event: 'comment', body: payload },
        { type: 'copilot.assign', ...at, baseRef: null, instructions: payload, model: null },
        open({ body: payload }),
        create(payload, 'B'),
        push({ message: payload }),
      ]
    case 'pull-title':
      return [open({ title: payload }), create(payload, 'B')]
    case 'commit-message':
      return [push({ message: payload })]
    case 'file-name':
      return [
        push({ files: [{ path: payload, content: 'x' }] }),
        push({ files: [{ path: payload, content: null }] }),
      ]
    case 'branch-name':
      return [push({ branch: payload }), open({ head: payload })]
    case 'label':
      return [
        { type: 'issue.label', ...at, add: [payload], remove: [] },
        { type: 'issue.label', ...at, add: [], remove: [payload] },
        create('T', 'B', [payload]),
      ]
    case 'model-output':
      return []
  }
}

/** The texts that an effect would publish, and whether they are Markdown. */
export function textsOf(
  effect: Effect,
): readonly { readonly text: string; readonly markdown: boolean }[] {
  const given: Record<string, unknown> = effect
  return ['title', 'message', 'body', 'instructions'].flatMap((name) => {
    const text = given[name]
    const markdown = name === 'body' || name === 'instructions'
    return typeof text === 'string' ? [{ text, markdown }] : []
  })
}

export const origin: EffectOrigin = {
  ...{ run: 'r', task: 't', root: 'acme/shop#7', depth: 1, user: 'owner' },
  taint: 'outside',
}

/** Everything is well: nothing but the attack itself speaks against an effect. */
export const facts: GateFacts = {
  paused: false,
  counts: { run: 0, hour: 0, open: 0, runAll: 0, hourAll: 0, root: 0 },
  repository: { defaultBranch: 'main', isArchived: false },
  permission: 'admin',
  object: { isOwn: false },
  pull: {
    ...{ headSha: sha, head: 'maniple/fix', base: 'main', isDraft: false, isOwn: true },
    ...{ mergeable: 'mergeable', review: 'approved', checks: 'success', files: ['src/a.ts'] },
    author: { login: 'maniple[bot]', kind: 'Bot' },
  },
  taskType: 'documentation',
  secrets: [],
}

const allow = { verdict: 'allow' } as const
const everything: { readonly [Type in EffectType]: typeof allow } = {
  ...{
    'issue.create': allow,
    'issue.comment': allow,
    'issue.dashboard': allow,
    'issue.label': allow,
  },
  ...{ 'issue.assign': allow, 'copilot.assign': allow, 'issue.close': allow, 'issue.link': allow },
  ...{ 'branch.push': allow, 'pull.open': allow, 'pull.update': allow, 'pull.ready': allow },
  ...{ 'pull.review': allow, 'pull.merge': allow, 'pull.close': allow, 'workflow.dispatch': allow },
  'workflow.change': allow,
}

/** The most open that a configuration can be without naming the attacker's own targets. */
export const permissiveRules: GateRules = {
  ...closedRules,
  repositories: ['acme/*'],
  effects: everything,
  labels: { ...closedRules.labels, allowed: ['*'] },
  workflows: ['worker.yml', 'deploy.yml'],
  taint: { ...closedRules.taint, never: 'ask' },
  merge: {
    trusted: { paths: ['**'], authors: ['maniple[bot]'], taskTypes: ['*'], needsApproval: false },
    allowWithoutChecks: true,
  },
}
