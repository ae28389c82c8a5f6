import type { Actor } from './actor.ts'
import type { Issue } from './issue.ts'

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
