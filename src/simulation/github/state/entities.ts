import type { Actor, App, Permission } from './actor.ts'

/** Times are simulated milliseconds since the epoch, here and in everything below it. */
export type Repository = {
  readonly id: number
  readonly nodeId: string
  readonly owner: Actor
  readonly name: string
  /** `owner/name`. */
  readonly fullName: string
  readonly isPrivate: boolean
  readonly description: string | null
  readonly defaultBranch: string
  /** Where the bare git repository lies: what local agents clone from and push to. */
  readonly path: string
  isArchived: boolean
  hasIssues: boolean
  allowAutoMerge: boolean
  deleteBranchOnMerge: boolean
  /** Checks that a commit needs before it can be merged into the default branch. */
  requiredChecks: readonly string[]
  /** Approvals that a pull request needs; 0: no review is required. */
  requiredApprovals: number
  /** Workflows that Copilot's pushes trigger wait for a person's approval. */
  approveCopilotRuns: boolean
  /** Whether Copilot's agent can be assigned here. */
  hasCopilot: boolean
  /** By id of the actor; the owner has `admin`. */
  readonly collaborators: Map<number, { readonly actor: Actor; readonly permission: Permission }>
  /** By lower-case name. */
  readonly labels: Map<string, Label>
  /** Issues and pull requests, by their number. */
  readonly issues: Map<number, Issue>
  readonly checkSuites: CheckSuite[]
  readonly checkRuns: CheckRun[]
  readonly statuses: CommitStatus[]
  readonly workflows: Map<number, Workflow>
  readonly runs: Map<number, WorkflowRun>
  /** By upper-case name. */
  readonly variables: Map<string, Variable>
  readonly hooks: Map<number, Hook>
  lastNumber: number
  readonly createdAt: number
  updatedAt: number
  pushedAt: number
}

export type NewRepository = {
  readonly owner: Actor
  readonly name: string
  readonly path: string
  readonly isPrivate?: boolean
  readonly description?: string | null
  readonly defaultBranch?: string
  readonly requiredChecks?: readonly string[]
  readonly requiredApprovals?: number
  readonly approveCopilotRuns?: boolean
  readonly hasCopilot?: boolean
}

export type Label = {
  readonly id: number
  readonly nodeId: string
  readonly repository: Repository
  name: string
  color: string
  description: string | null
  readonly createdAt: number
}

export const reactionContents = [
  '+1',
  '-1',
  'laugh',
  'confused',
  'heart',
  'hooray',
  'rocket',
  'eyes',
] as const
export type ReactionContent = (typeof reactionContents)[number]
/** Who reacted, by content. */
export type Reactions = Map<ReactionContent, Set<Actor>>

export type Comment = {
  readonly id: number
  readonly nodeId: string
  readonly issue: Issue
  readonly author: Actor
  readonly app: App | null
  body: string
  readonly reactions: Reactions
  readonly createdAt: number
  updatedAt: number
}

/** What Copilot was told when it was assigned; null members were left to GitHub. */
export type AgentAssignment = {
  readonly targetRepository: Repository | null
  readonly baseRef: string | null
  readonly customInstructions: string | null
  readonly customAgent: string | null
  readonly model: string | null
}

export type StateReason = 'completed' | 'not_planned' | 'duplicate' | 'reopened'

/** An issue, or the issue side of a pull request: then `pull` holds the rest. */
export type Issue = {
  readonly id: number
  readonly nodeId: string
  readonly number: number
  readonly repository: Repository
  readonly author: Actor
  readonly app: App | null
  readonly createdAt: number
  readonly comments: Comment[]
  readonly timeline: TimelineEvent[]
  readonly reactions: Reactions
  readonly labels: Label[]
  /** Bots included; at most 10. */
  readonly assignees: Actor[]
  /** In the order they are shown; at most 100. */
  readonly subIssues: Issue[]
  /** At most 50 each. */
  readonly blockedBy: Issue[]
  readonly blocking: Issue[]
  pull: Pull | null
  title: string
  body: string | null
  state: 'open' | 'closed'
  stateReason: StateReason | null
  isLocked: boolean
  closedAt: number | null
  closedBy: Actor | null
  parent: Issue | null
  updatedAt: number
}

export type PullRef = { readonly ref: string; sha: string }

export type ReviewState = 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING'

export type Review = {
  readonly id: number
  readonly nodeId: string
  readonly issue: Issue
  readonly author: Actor
  readonly commitId: string
  body: string
  state: ReviewState
  readonly submittedAt: number
}

export type ReviewComment = {
  readonly id: number
  readonly nodeId: string
  readonly issue: Issue
  readonly review: Review
  readonly author: Actor
  body: string
  readonly path: string
  readonly line: number | null
  readonly commitId: string
  readonly diffHunk: string
  readonly createdAt: number
  updatedAt: number
}

export type MergeMethod = 'merge' | 'squash' | 'rebase'

/** What a pull request has beyond an issue. Head and base are branches of the same repository. */
export type Pull = {
  /** Not the issue's id: REST shows this one in `/pulls`, the other in `/issues`. */
  readonly id: number
  readonly issue: Issue
  readonly head: PullRef
  base: PullRef
  isDraft: boolean
  /** Whoever had Copilot open it: an approval of theirs does not count. */
  readonly requestedBy: Actor | null
  mergedAt: number | null
  mergedBy: Actor | null
  mergeCommitSha: string | null
  readonly reviews: Review[]
  readonly reviewComments: ReviewComment[]
  readonly requestedReviewers: Actor[]
  autoMerge: {
    readonly method: MergeMethod
    readonly by: Actor
    readonly enabledAt: number
  } | null
  isQueued: boolean
}

export type CheckStatus = 'queued' | 'in_progress' | 'completed'
export type Conclusion =
  | 'success'
  | 'failure'
  | 'neutral'
  | 'cancelled'
  | 'skipped'
  | 'timed_out'
  | 'action_required'

export type CheckSuite = {
  readonly id: number
  readonly nodeId: string
  readonly repository: Repository
  readonly app: App
  readonly headSha: string
  readonly headBranch: string | null
  status: CheckStatus
  conclusion: Conclusion | null
  readonly createdAt: number
  updatedAt: number
}

export type CheckRun = {
  readonly id: number
  readonly nodeId: string
  readonly suite: CheckSuite
  readonly name: string
  readonly headSha: string
  readonly externalId: string
  detailsUrl: string | null
  status: CheckStatus
  conclusion: Conclusion | null
  output: { title: string | null; summary: string | null; text: string | null }
  readonly startedAt: number
  completedAt: number | null
}

export type StatusState = 'error' | 'failure' | 'pending' | 'success'

export type CommitStatus = {
  readonly id: number
  readonly nodeId: string
  readonly sha: string
  readonly context: string
  readonly state: StatusState
  readonly description: string | null
  readonly targetUrl: string | null
  readonly creator: Actor
  readonly createdAt: number
}

/** A file under `.github/workflows` on the default branch, or a dynamic one such as Copilot's. */
export type Workflow = {
  readonly id: number
  readonly nodeId: string
  readonly repository: Repository
  readonly path: string
  name: string
  /** Event names under `on:`. */
  triggers: readonly string[]
  state: 'active' | 'disabled_manually' | 'deleted'
  readonly createdAt: number
  updatedAt: number
}

export type RunStatus = 'queued' | 'in_progress' | 'completed' | 'waiting' | 'action_required'

export type WorkflowRun = {
  readonly id: number
  readonly nodeId: string
  readonly repository: Repository
  readonly workflow: Workflow
  readonly number: number
  readonly event: string
  readonly title: string
  readonly headBranch: string
  readonly headSha: string
  readonly actor: Actor
  readonly inputs: Readonly<Record<string, string>>
  attempt: number
  status: RunStatus
  conclusion: Conclusion | null
  readonly checkSuiteId: number
  readonly createdAt: number
  startedAt: number
  updatedAt: number
}

export type Variable = {
  readonly name: string
  value: string
  readonly createdAt: number
  updatedAt: number
}

/** Configuration alone: sending is the part of `webhooks/`. */
export type Hook = {
  readonly id: number
  readonly repository: Repository
  config: {
    readonly url: string
    readonly contentType: string
    readonly secret: string | null
    readonly insecureSsl: string
  }
  events: readonly string[]
  isActive: boolean
  readonly createdAt: number
  updatedAt: number
}

/** What an entry of a timeline says beyond who and when. Comments, reviews and commits are not kept
 * here: they are merged in where a timeline is read. */
export type TimelineEntry =
  | { readonly event: 'labeled' | 'unlabeled'; readonly label: Label }
  | { readonly event: 'assigned' | 'unassigned'; readonly assignee: Actor }
  | {
      readonly event: 'closed'
      readonly stateReason: StateReason | null
      readonly commitId: string | null
    }
  | { readonly event: 'reopened' | 'locked' | 'unlocked' }
  | { readonly event: 'renamed'; readonly from: string; readonly to: string }
  | { readonly event: 'cross-referenced'; readonly source: Issue }
  | { readonly event: 'review_requested' | 'review_request_removed'; readonly reviewer: Actor }
  | { readonly event: 'merged'; readonly commitId: string }
  | { readonly event: 'ready_for_review' | 'convert_to_draft' }
  | { readonly event: 'head_ref_deleted' | 'head_ref_force_pushed' | 'base_ref_changed' }
  | { readonly event: 'sub_issue_added' | 'sub_issue_removed'; readonly subIssue: Issue }
  | { readonly event: 'parent_issue_added' | 'parent_issue_removed'; readonly parent: Issue }
  | { readonly event: 'blocked_by_added' | 'blocked_by_removed'; readonly blocker: Issue }
  | { readonly event: 'blocking_added' | 'blocking_removed'; readonly blocked: Issue }
  | {
      readonly event:
        | 'copilot_work_started'
        | 'copilot_work_finished'
        | 'copilot_work_finished_failure'
    }

export type TimelineEvent = TimelineEntry & {
  readonly id: number
  readonly nodeId: string
  readonly actor: Actor
  readonly app: App | null
  readonly createdAt: number
}
