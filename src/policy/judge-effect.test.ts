import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Effect, EffectOrigin, EffectType } from '../contracts/index.ts'
import type { GateFacts, PullFacts } from './gate-facts.ts'
import { closedRules, type EffectRule, type GateRules } from './gate-rules.ts'
import { judgeEffect } from './judge-effect.ts'

const sha = 'a'.repeat(40)
const repository = 'acme/shop'
const origin: EffectOrigin = {
  run: 'r',
  task: 't',
  root: 'acme/shop#1',
  depth: 1,
  user: 'ada',
  taint: 'model',
}
const pull: PullFacts = {
  headSha: sha,
  head: 'maniple/a',
  base: 'main',
  isDraft: false,
  mergeable: 'mergeable',
  review: 'none',
  checks: 'success',
  author: { login: 'maniple[bot]', kind: 'Bot' },
  isOwn: true,
  files: ['src/a.ts'],
}
const facts: GateFacts = {
  paused: false,
  counts: { run: 0, hour: 0, open: 0, runAll: 0, hourAll: 0, root: 0 },
  repository: { defaultBranch: 'main', isArchived: false },
  permission: 'write',
  object: { isOwn: true },
  pull,
  taskType: 'documentation',
  secrets: ['a-known-secret-value'],
}

const at = { repository, number: 7 }
const effects: { readonly [Type in EffectType]: Extract<Effect, { type: Type }> } = {
  'issue.create': {
    type: 'issue.create',
    repository,
    title: 'T',
    body: 'B',
    labels: ['parent:1'],
    parent: 1,
  },
  'issue.comment': { type: 'issue.comment', ...at, body: 'B' },
  'issue.dashboard': { type: 'issue.dashboard', ...at, body: 'B' },
  'issue.label': { type: 'issue.label', ...at, add: ['status:running'], remove: ['status:queued'] },
  'issue.assign': { type: 'issue.assign', ...at, assignees: ['ada'] },
  'copilot.assign': {
    type: 'copilot.assign',
    ...at,
    baseRef: 'main',
    instructions: 'I',
    model: null,
  },
  'issue.close': { type: 'issue.close', ...at, reason: 'completed' },
  'issue.link': { type: 'issue.link', ...at, kind: 'blocked_by', target: 8 },
  'branch.push': {
    ...{ type: 'branch.push', repository, branch: 'maniple/a', base: sha, message: 'M' },
    files: [{ path: 'src/a.ts', content: 'x' }],
  },
  'pull.open': {
    ...{ type: 'pull.open', repository, head: 'maniple/a', base: 'main', title: 'T' },
    ...{ body: 'Closes #7', draft: true, closes: 7 },
  },
  'pull.update': { type: 'pull.update', ...at, sha, merge: 'base' },
  'pull.ready': { type: 'pull.ready', ...at },
  'pull.review': { type: 'pull.review', ...at, sha, event: 'comment', body: 'B' },
  'pull.merge': { type: 'pull.merge', ...at, sha, method: 'squash' },
  'pull.close': { type: 'pull.close', ...at },
  'workflow.dispatch': {
    type: 'workflow.dispatch',
    repository,
    workflow: 'worker.yml',
    ref: 'main',
    inputs: { task: 't' },
  },
  'workflow.change': {
    ...{
      type: 'workflow.change',
      repository,
      branch: 'maniple/a',
      path: '.github/workflows/a.yml',
    },
    ...{ content: 'on: push', message: 'M' },
  },
}
const types = Object.keys(effects) as readonly EffectType[]
const allow: EffectRule = { verdict: 'allow' }
const open: GateRules = {
  ...closedRules,
  repositories: ['acme/*'],
  effects: Object.fromEntries(types.map((type) => [type, allow])),
  workflows: ['worker.yml'],
  merge: {
    trusted: {
      paths: ['src/**'],
      authors: ['maniple[bot]'],
      taskTypes: ['documentation'],
      needsApproval: false,
    },
    allowWithoutChecks: false,
  },
}

type Given = {
  readonly effect: Effect
  readonly origin?: Partial<EffectOrigin>
  readonly facts?: Partial<GateFacts>
  readonly rules?: Partial<GateRules>
}
const judge = (given: Given) =>
  judgeEffect(
    { effect: given.effect, origin: { ...origin, ...given.origin } },
    { ...facts, ...given.facts },
    { ...open, ...given.rules },
  )
function gives(verdict: string, given: Given, reason = /./) {
  const judged = judge(given)
  assert.equal(judged.verdict, verdict, `${JSON.stringify(given)} ${judged.reasons.join(' ')}`)
  assert.match(judged.reasons.join('\n'), reason)
}

test('every type is allowed where the rules open it, and denied where they say nothing', () => {
  for (const effect of Object.values(effects)) {
    gives('allow', { effect }, /is allowed in acme\/shop/)
    gives('deny', { effect, rules: closedRules }, /not allowed by the configuration/)
    gives(
      'deny',
      { effect, rules: { repositories: ['other/*', '*', '*/*', 'acme/shop*'] } },
      /not among/,
    )
    gives('ask', { effect, rules: { effects: { [effect.type]: { verdict: 'ask' } } } }, /person/)
    gives('deny', { effect, rules: { effects: { [effect.type]: { verdict: 'deny' } } } })
    gives('deny', {
      effect,
      rules: { effects: { [effect.type]: { ...allow, repositories: ['acme/x'] } } },
    })
  }
})

test('what is not known is asked for, type by type and fact by fact', () => {
  for (const effect of Object.values(effects)) {
    gives('ask', { effect, facts: { paused: null } }, /not known/)
    gives('ask', { effect, facts: { paused: true } }, /paused/)
    gives('ask', { effect, facts: { repository: { defaultBranch: 'main', isArchived: null } } })
    gives('deny', { effect, facts: { repository: { defaultBranch: 'main', isArchived: true } } })
    for (const name of ['runAll', 'hourAll', 'root'] as const) {
      gives('ask', { effect, facts: { counts: { ...facts.counts, [name]: null } } }, /not known/)
    }
  }
  const blind = { repository: { defaultBranch: null, isArchived: false } }
  const onBranches = [
    'branch.push',
    'pull.open',
    'pull.merge',
    'workflow.change',
    'workflow.dispatch',
  ] as const
  for (const type of onBranches)
    gives('ask', { effect: effects[type], facts: blind }, /default branch/)
  for (const type of ['pull.merge', 'pull.review', 'pull.update', 'pull.ready'] as const) {
    gives('ask', { effect: effects[type], facts: { pull: null } }, /not known/)
  }
  gives('ask', { effect: effects['issue.close'], facts: { object: { isOwn: null }, pull: null } })
})

test('caps hold at their number', () => {
  const rule = { verdict: 'allow', perRun: 3, perHour: 5, open: 2 } as const
  const rules = { effects: { 'pull.open': rule }, caps: { perRun: 10, perHour: null } }
  const effect = effects['pull.open']
  const counted = (counts: Partial<GateFacts['counts']>) => ({
    counts: { ...facts.counts, ...counts },
  })
  gives('allow', {
    effect,
    rules,
    facts: counted({ run: 2, hour: 4, open: 1, runAll: 9, hourAll: null }),
  })
  for (const counts of [{ run: 3 }, { hour: 5 }, { open: 2 }, { runAll: 10 }, { root: 1000 }]) {
    gives('deny', { effect, rules, facts: counted(counts) }, /used up/)
    gives(
      'ask',
      { effect, rules: { ...rules, beyondCaps: 'ask' }, facts: counted(counts) },
      /used up/,
    )
  }
  gives('ask', { effect, rules, facts: counted({ open: null }) })
  gives('ask', { effect, rules, facts: counted({ run: Number.NaN }) })
  gives('allow', { effect, origin: { depth: 3 } })
  gives('deny', { effect, origin: { depth: 4 } }, /steps/)
  gives('deny', { effect, origin: { depth: Number.NaN } })
})

test('who is behind it counts', () => {
  const effect = effects['pull.merge']
  const rules = { effects: { 'pull.merge': { verdict: 'allow', permission: 'maintain' } } } as const
  gives('allow', { effect, rules, facts: { permission: 'admin' } })
  gives('deny', { effect, rules, facts: { permission: 'write' } }, /ada has the permission write/)
  gives('ask', { effect, rules, facts: { permission: null } })
  gives('ask', { effect, rules, origin: { user: null } })
})

test('text from outside never touches workflows, merges, approves or closes what is not ours', () => {
  const foreign = { object: { isOwn: false }, pull: { ...pull, isOwn: false } }
  const approval = { ...effects['pull.review'], event: 'approve' } as const
  for (const effect of [
    ...[effects['workflow.dispatch'], effects['workflow.change'], effects['pull.merge']],
    ...[effects['issue.close'], effects['pull.close'], approval],
  ]) {
    const given = { effect, facts: foreign, origin: { taint: 'outside' } } as const
    gives('deny', given, /Text from outside/)
    const loose = { ...open.taint, outside: {}, never: 'ask' } as const
    gives('ask', { ...given, rules: { taint: loose } })
  }
  gives('ask', { effect: effects['issue.close'], origin: { taint: 'outside' } }, /outside/)
  const files = [{ path: '.github/workflows/a.yml', content: 'on: push' }]
  const push = { ...effects['branch.push'], files }
  const rules = { paths: { unprotected: ['**'], protected: [] } }
  gives('allow', { effect: push, rules })
  gives('deny', { effect: push, rules, origin: { taint: 'outside' } }, /machines obey/)
  gives('ask', { effect: effects['issue.close'], origin: { taint: 'maintainer' }, facts: foreign })
  gives('allow', { effect: effects['issue.comment'], origin: { taint: 'outside' } })
  const strict = { ...open.taint, model: { 'issue.comment': 'deny' } } as const
  gives('deny', { effect: effects['issue.comment'], rules: { taint: strict } }, /a model/)
  gives('deny', {
    effect: effects['issue.comment'],
    rules: { taint: strict },
    origin: { taint: 'outside' },
  })
})

test('a merge needs its head, green checks, and trust', () => {
  const effect = effects['pull.merge']
  const on = (more: Partial<PullFacts>) => ({ effect, facts: { pull: { ...pull, ...more } } })
  gives('deny', on({ headSha: 'b'.repeat(40) }), /moved on/)
  gives('deny', on({ checks: 'failure' }))
  gives('deny', on({ mergeable: 'conflicting' }))
  gives('deny', on({ review: 'changes_requested' }))
  gives('deny', on({ isDraft: true }))
  for (const checks of ['pending', 'none', 'unknown'] as const) gives('ask', on({ checks }))
  gives('allow', {
    ...on({ checks: 'none' }),
    rules: { merge: { ...open.merge, allowWithoutChecks: true } },
  })
  gives('ask', on({ mergeable: 'unknown' }))
  gives('ask', on({ review: 'review_required' }))
  gives('ask', on({ author: { login: 'mallory', kind: 'User' } }), /mallory/)
  gives('ask', on({ author: null }))
  gives('ask', on({ base: 'production' }))
  gives('ask', on({ files: null }))
  for (const path of [
    'docs/a.md',
    '.github/workflows/x.yml',
    'src/../a',
    'src/.GIT/config',
    'src/AGENTS.md',
  ]) {
    gives('ask', on({ files: ['src/a.ts', path] }), /trusted paths/)
  }
  gives('ask', { effect, facts: { taskType: 'code_generation' } })
  gives('ask', { effect, rules: { merge: closedRules.merge } }, /No merge is trusted/)
  gives('deny', { effect: { ...effects['pull.review'], event: 'approve' } }, /own work/)
})

test('branches: only under the prefix, in its spelling, never the default one', () => {
  const push = (branch: string) => ({ effect: { ...effects['branch.push'], branch } })
  for (const branch of [
    ...[
      'main',
      'Main',
      'feature/x',
      'maniple/',
      'maniple',
      'Maniple/x',
      'maniple/../main',
      'HEAD',
      '@',
    ],
    ...[
      'refs/heads/main',
      'maniple/a.lock',
      'maniple/a b',
      'maniple/a~1',
      'maniple/.a',
      '-maniple/a',
    ],
    ...[
      'maniple/a\u200b',
      'maniple/ä',
      'maniple//a',
      'maniple/a@{1}',
      'maniple/$(id)',
      'maniple/a\n',
      sha,
    ],
  ]) {
    gives('deny', push(branch), /branch/)
    gives('deny', { effect: { ...effects['pull.open'], head: branch } }, /branch/)
  }
  const wide = { branches: { prefixes: [''], bases: [] } }
  gives('deny', { ...push('MAIN'), rules: wide }, /default branch/)
  gives('allow', { ...push('feature/x'), rules: wide })
  gives('ask', { effect: { ...effects['pull.open'], base: 'release' } }, /branches.bases/)
})

test('labels, assignees, workflows: only those that are named', () => {
  const label = (...add: string[]) => ({ effect: { ...effects['issue.label'], add } })
  for (const trigger of [
    'parallel-execution',
    'Parallel-Execution',
    'parallel\u200b-execution',
    'agent_task',
  ]) {
    gives('deny', label(trigger), /starts runs/)
    gives('deny', { effect: { ...effects['issue.label'], add: [], remove: [trigger] } })
    gives('deny', { effect: { ...effects['issue.create'], labels: [trigger] } })
  }
  gives('ask', label('approved'), /labels.allowed/)
  gives('deny', label('status:\u202erun'), /do not show/)
  gives('deny', { effect: { ...effects['issue.assign'], assignees: ['copilot-swe-agent'] } })
  gives('deny', { effect: { ...effects['issue.assign'], assignees: ['a b'] } })
  const dispatch = effects['workflow.dispatch']
  gives('deny', { effect: { ...dispatch, workflow: 'deploy.yml' } }, /workflows/)
  gives('ask', { effect: { ...dispatch, ref: 'v1' } })
  gives('deny', { effect: { ...dispatch, inputs: { a: 'x a-known-secret-value' } } })
  gives('deny', { effect: { ...effects['workflow.change'], path: '.github/workflows/../a.yml' } })
  gives('deny', { effect: { ...effects['workflow.change'], path: 'src/a.yml' } })
})

test('the effect that comes back is the clean one, and the given one is as it was', () => {
  const body = '@victim fixes #9 <!-- x --> a-known-secret-value ghp_aB3dE6gH9jK2mN5pQ8sT1vW4'
  const given = { ...effects['pull.open'], title: 'x\n@y', body: `Closes #7 ${body}` }
  const { effect } = judge({ effect: given })
  assert.ok(effect.type === 'pull.open')
  assert.equal(effect.body, 'Closes #7 ＠victim fixes ＃9  (hidden) (hidden)')
  assert.equal(effect.title, 'x ＠y')
  assert.ok(given.body.includes('@victim'))
  assert.deepEqual(judge({ effect }).effect, effect)
  const empty = judge({ effect: { ...effects['issue.create'], title: '\u200b' } }).effect
  assert.ok(empty.type === 'issue.create' && empty.title === '(untitled)')
})

test('files are written as they are or not at all', () => {
  const push = (content: string, path = 'src/a.ts') => ({
    effect: { ...effects['branch.push'], files: [{ path, content }] },
  })
  gives('allow', push('/** @param x fixes #1 */'))
  gives('deny', push(Buffer.from('a-known-secret-value').toString('base64')), /secrets/)
  gives('ask', push('AKIAABCDEFGHIJKLMNOP'))
  gives('ask', push('if (x) { \u202e'), /hide/)
})
