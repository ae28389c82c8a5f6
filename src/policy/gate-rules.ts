import type { EffectType } from '../contracts/index.ts'

export type Verdict = 'allow' | 'ask' | 'deny'

/** What a person may do in a repository, from least to most, as GitHub names it. */
export const permissions = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const
export type Permission = (typeof permissions)[number]

/** What is decided about effects, from configuration. What it does not allow is not allowed. */
export type GateRules = {
  /** Repositories that may be changed at all: `owner/name` or `owner/*`. */
  readonly repositories: readonly string[]
  /** What may be done, by type; a type that is not named is denied. */
  readonly effects: { readonly [Type in EffectType]?: EffectRule }
  /** Of all types together; null: no cap. */
  readonly caps: { readonly perRun: number | null; readonly perHour: number | null }
  /** What happens to an effect beyond a cap. */
  readonly beyondCaps: 'ask' | 'deny'
  readonly branches: BranchRules
  readonly paths: PathRules
  readonly labels: LabelRules
  /** Names of workflow files that may be dispatched: `worker.yml`. */
  readonly workflows: readonly string[]
  readonly text: TextRules
  readonly taint: TaintRules
  readonly lineage: LineageRules
  readonly merge: MergeRules
}

export type EffectRule = {
  readonly verdict: Verdict
  /** Narrower than the rules' own; left out: all of those. */
  readonly repositories?: readonly string[] | undefined
  /** The least that the person on whose behalf it is asked for must be permitted. */
  readonly permission?: Permission | undefined
  readonly perRun?: number | undefined
  readonly perHour?: number | undefined
  /** How many of what it makes may be open at once: of pull requests, of issues. */
  readonly open?: number | undefined
}

export type BranchRules = {
  /** Prefixes of branches that may be written. The default branch never is. */
  readonly prefixes: readonly string[]
  /** Branches besides the default one that pull requests may go into and workflows run on. */
  readonly bases: readonly string[]
}

export type PathRules = {
  /**
   * Paths out of the protected ones that may be written after all: exact, or `folder/**`. The
   * protected: `.github`, CODEOWNERS, what other CI systems, package managers and agents obey.
   */
  readonly unprotected: readonly string[]
  /** More paths to protect: exact, or `folder/**`. */
  readonly protected: readonly string[]
}

export type LabelRules = {
  /** Labels that may be set and removed: exact, or `prefix*`. */
  readonly allowed: readonly string[]
  /** Labels that start runs: never set or removed by Maniple itself. */
  readonly triggers: readonly string[]
}

export type TextRules = {
  readonly hosts: readonly string[]
  readonly mentions: readonly string[]
  /** Words besides the trigger labels that start runs, such as `[Parallel]` in a title. */
  readonly triggers: readonly string[]
}

export type TaintRules = {
  /** At least this for what `outside` text worded, by type. */
  readonly outside: { readonly [Type in EffectType]?: 'ask' | 'deny' }
  /** At least this for what a model worded, by type. */
  readonly model: { readonly [Type in EffectType]?: 'ask' | 'deny' }
  /** For what outside text must never do by itself, whatever else is allowed. */
  readonly never: 'ask' | 'deny'
}

export type LineageRules = {
  readonly maxDepth: number
  readonly maxEffectsPerRoot: number
}

export type MergeRules = {
  /** Merges without a person only where all of it holds; otherwise a merge is asked for. */
  readonly trusted: TrustedMerge | null
  /** False: a pull request on which no check ran is asked for. */
  readonly allowWithoutChecks: boolean
}

export type TrustedMerge = {
  /** All files it changes must be among these: exact, or `folder/**`, or `**` for any. */
  readonly paths: readonly string[]
  /** Logins; those of apps end in `[bot]`. */
  readonly authors: readonly string[]
  /** Types of the task behind it; `*` for any. */
  readonly taskTypes: readonly string[]
  readonly needsApproval: boolean
}

/** Nothing is allowed; what a configuration names, it opens. */
export const closedRules: GateRules = {
  repositories: [],
  effects: {},
  caps: { perRun: 200, perHour: 500 },
  beyondCaps: 'deny',
  branches: { prefixes: ['maniple/'], bases: [] },
  paths: { unprotected: [], protected: [] },
  labels: {
    allowed: ['copilot-worker', 'parent:*', 'status:*'],
    triggers: ['parallel-execution', 'agent-task'],
  },
  workflows: [],
  text: { hosts: ['github.com'], mentions: [], triggers: ['[Parallel]'] },
  taint: {
    outside: { 'copilot.assign': 'ask', 'issue.assign': 'ask', 'issue.close': 'ask' },
    model: {},
    never: 'deny',
  },
  lineage: { maxDepth: 3, maxEffectsPerRoot: 1000 },
  merge: { trusted: null, allowWithoutChecks: false },
}
