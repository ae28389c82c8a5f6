import type { Actor, App } from './actor.ts'
import type { Issue, Label, StateReason } from './issue.ts'

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
