import type { Actor, By } from './actor.ts'
import type {
  AgentAssignment,
  CheckRun,
  CheckSuite,
  Comment,
  CommitStatus,
  Issue,
  Label,
  Repository,
  Review,
  ReviewComment,
  Variable,
  WorkflowRun,
} from './entities.ts'

/** 40 zeros: what a push says of a ref that was not, or no longer is. */
export const noSha = '0'.repeat(40)

type OnIssue = { readonly issue: Issue }
type Linked = { readonly parent: Issue; readonly subIssue: Issue }
type Blocked = { readonly blocked: Issue; readonly blocker: Issue }

/**
 * What changed. `issue.*` is about issues and pull requests alike (`issue.pull` tells them apart),
 * as labels, assignees and comments are; opening, closing and edits of a pull request are `pull.*`.
 */
export type Change =
  | ({ readonly kind: 'issue.opened' | 'issue.reopened' | 'issue.closed' } & OnIssue)
  | ({ readonly kind: 'issue.edited'; readonly from: EditedFrom } & OnIssue)
  | ({ readonly kind: 'issue.labeled' | 'issue.unlabeled'; readonly label: Label } & OnIssue)
  | ({
      readonly kind: 'issue.assigned'
      readonly assignee: Actor
      readonly assignment: AgentAssignment | null
    } & OnIssue)
  | ({ readonly kind: 'issue.unassigned'; readonly assignee: Actor } & OnIssue)
  | ({ readonly kind: 'sub_issue.added' | 'sub_issue.removed' } & Linked)
  | ({ readonly kind: 'blocked_by.added' | 'blocked_by.removed' } & Blocked)
  | {
      readonly kind: 'comment.created' | 'comment.deleted'
      readonly comment: Comment
    }
  | { readonly kind: 'comment.edited'; readonly comment: Comment; readonly from: string }
  | ({
      readonly kind:
        | 'pull.opened'
        | 'pull.reopened'
        | 'pull.ready_for_review'
        | 'pull.converted_to_draft'
    } & OnIssue)
  | ({ readonly kind: 'pull.closed'; readonly isMerged: boolean } & OnIssue)
  | ({ readonly kind: 'pull.edited'; readonly from: EditedFrom } & OnIssue)
  | ({
      readonly kind: 'pull.synchronize'
      readonly before: string
      readonly after: string
    } & OnIssue)
  | ({
      readonly kind: 'pull.review_requested' | 'pull.review_request_removed'
      readonly reviewer: Actor
    } & OnIssue)
  | { readonly kind: 'review.submitted' | 'review.dismissed'; readonly review: Review }
  | { readonly kind: 'review_comment.created'; readonly comment: ReviewComment }
  | { readonly kind: 'check_run.created' | 'check_run.completed'; readonly run: CheckRun }
  | { readonly kind: 'check_suite.completed'; readonly suite: CheckSuite }
  | { readonly kind: 'status.created'; readonly status: CommitStatus }
  | {
      readonly kind: 'push'
      /** The whole ref: `refs/heads/main`. */
      readonly ref: string
      readonly before: string
      readonly after: string
      readonly isForced: boolean
    }
  | {
      readonly kind: 'run.requested' | 'run.in_progress' | 'run.completed'
      readonly run: WorkflowRun
    }
  | {
      readonly kind: 'repository_dispatch'
      readonly eventType: string
      readonly payload: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'variable.changed'; readonly variable: Variable }
  | { readonly kind: 'label.created'; readonly label: Label }

export type EditedFrom = {
  readonly title?: string
  readonly body?: string | null
  /** Of a pull request: the base branch it had. */
  readonly base?: string
}

export type Happened = Change & {
  readonly repository: Repository
  readonly by: By
  /** Simulated milliseconds. */
  readonly at: number
}
export type HappenedListener = (happened: Happened) => void
