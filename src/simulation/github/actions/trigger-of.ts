import { type Happened, noSha } from '../state/happened.ts'

export type Trigger = {
  /** As under `on:`. */
  readonly event: string
  /** Null: the default branch. */
  readonly branch: string | null
  readonly sha: string | null
  readonly title: string | null
  readonly needsApproval: boolean
}

const plain = (event: string): Trigger => ({
  ...{ event, branch: null, sha: null, title: null, needsApproval: false },
})

/**
 * The workflow event that something is, if it is one. What a `GITHUB_TOKEN` does starts nothing, so
 * that workflows do not start themselves; except dispatches, and pull requests, which then wait for
 * a person's approval.
 */
export function triggerOf(happened: Happened): Trigger | null {
  const isOwn = happened.by.token === 'github_token'
  switch (happened.kind) {
    case 'repository_dispatch':
      return plain('repository_dispatch')
    case 'pull.opened':
    case 'pull.reopened':
    case 'pull.synchronize': {
      const { pull, title } = happened.issue
      if (pull === null) return null
      const { ref: branch, sha } = pull.head
      return { event: 'pull_request', branch, sha, title, needsApproval: isOwn }
    }
    default:
      return isOwn ? null : otherTrigger(happened)
  }
}

function otherTrigger(happened: Happened): Trigger | null {
  switch (happened.kind) {
    case 'push': {
      const { ref, after } = happened
      if (!ref.startsWith('refs/heads/') || after === noSha) return null
      return { ...plain('push'), branch: ref.slice('refs/heads/'.length), sha: after }
    }
    case 'issue.opened':
    case 'issue.edited':
    case 'issue.closed':
    case 'issue.reopened':
    case 'issue.labeled':
    case 'issue.unlabeled':
    case 'issue.assigned':
      return happened.issue.pull === null ? plain('issues') : null
    case 'comment.created':
    case 'comment.edited':
      return plain('issue_comment')
    case 'review.submitted':
      return plain('pull_request_review')
    default:
      return null
  }
}
