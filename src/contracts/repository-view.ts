/** What a snapshot of a repository holds, narrowed to what Maniple decides on. Times are ISO 8601. */
export type RepositoryView = {
  readonly repository: string
  readonly id: string
  readonly defaultBranch: string
  readonly isArchived: boolean
  readonly at: string
  readonly issues: readonly IssueView[]
  readonly pulls: readonly PullView[]
  /** What could not be read, and why: `checks: the token may not read check runs`. */
  readonly gaps: readonly string[]
  /** GraphQL points that it cost. */
  readonly points: number
}

export type ActorView = {
  readonly login: string
  readonly kind: 'User' | 'Bot' | 'Mannequin' | 'Organization' | 'EnterpriseUserAccount'
}

export type IssueView = {
  readonly id: string
  readonly number: number
  readonly title: string
  readonly url: string
  readonly state: 'open' | 'closed'
  readonly author: ActorView | null
  readonly labels: readonly string[]
  /** Bots included. */
  readonly assignees: readonly ActorView[]
  readonly parent: number | null
  readonly subIssues: { readonly total: number; readonly completed: number }
  readonly createdAt: string
  readonly updatedAt: string
}

export type PullView = {
  readonly id: string
  readonly number: number
  readonly title: string
  readonly url: string
  readonly author: ActorView | null
  readonly isDraft: boolean
  readonly head: string
  readonly headSha: string
  readonly base: string
  readonly mergeable: 'mergeable' | 'conflicting' | 'unknown'
  readonly mergeState:
    | 'clean'
    | 'behind'
    | 'blocked'
    | 'dirty'
    | 'unstable'
    | 'has_hooks'
    | 'unknown'
  readonly review: 'approved' | 'changes_requested' | 'review_required' | 'none'
  /** `unknown`: the token may not read them; never taken for success. */
  readonly checks: 'success' | 'failure' | 'pending' | 'none' | 'unknown'
  readonly isQueued: boolean
  readonly labels: readonly string[]
  readonly assignees: readonly ActorView[]
  readonly closes: readonly number[]
  readonly createdAt: string
  readonly updatedAt: string
}
