import type { ChangedFile } from '../git/bare-repository.ts'
import type { Review, ReviewComment } from '../state/entities.ts'
import type { PullIssue } from '../state/pulls.ts'
import type { World } from '../world.ts'
import { actorOrNull, actorShape, association } from './actor-shape.ts'
import { issuePage, issueUrl, pullUrl } from './issue-shape.ts'
import { labelShape, repositoryPage, repositoryShape, repositoryUrl } from './repository-shape.ts'
import { iso, isoOrNull, type Shape } from './shape.ts'

/** GitHub's `pull-request-simple`: what lists hold. */
export function simplePullShape(world: World, issue: PullIssue): Shape {
  const { pull, repository } = issue
  const url = pullUrl(world, issue)
  const html = issuePage(world, issue)
  return {
    ...{ url, id: pull.id, node_id: issue.nodeId, html_url: html },
    ...{ diff_url: `${html}.diff`, patch_url: `${html}.patch`, issue_url: issueUrl(world, issue) },
    ...{ number: issue.number, state: issue.state, locked: issue.isLocked, title: issue.title },
    user: actorShape(world, issue.author),
    ...{ body: issue.body, created_at: iso(issue.createdAt), updated_at: iso(issue.updatedAt) },
    ...{ closed_at: isoOrNull(issue.closedAt), merged_at: isoOrNull(pull.mergedAt) },
    merge_commit_sha: pull.mergeCommitSha,
    assignee: actorOrNull(world, issue.assignees[0] ?? null),
    assignees: issue.assignees.map((assignee) => actorShape(world, assignee)),
    requested_reviewers: pull.requestedReviewers.map((reviewer) => actorShape(world, reviewer)),
    requested_teams: [],
    labels: issue.labels.map((label) => labelShape(world, label)),
    ...{ milestone: null, draft: pull.isDraft, active_lock_reason: null },
    ...{ commits_url: `${url}/commits`, review_comments_url: `${url}/comments` },
    review_comment_url: `${repositoryUrl(world, repository)}/pulls/comments{/number}`,
    comments_url: `${issueUrl(world, issue)}/comments`,
    statuses_url: `${repositoryUrl(world, repository)}/statuses/${pull.head.sha}`,
    head: refShape(world, issue, pull.head),
    base: refShape(world, issue, pull.base),
    _links: pullLinks(world, issue),
    author_association: association(issue.author, repository),
    auto_merge: autoMergeShape(world, issue),
  }
}

function autoMergeShape(world: World, { pull, title }: PullIssue): Shape | null {
  if (pull.autoMerge === null) return null
  const { by, method } = pull.autoMerge
  const enabledBy = actorShape(world, by)
  return { enabled_by: enabledBy, merge_method: method, commit_title: title, commit_message: '' }
}

function refShape(
  world: World,
  { repository }: PullIssue,
  { ref, sha }: { readonly ref: string; readonly sha: string },
): Shape {
  return {
    label: `${repository.owner.login}:${ref}`,
    ...{ ref, sha },
    user: actorShape(world, repository.owner),
    repo: repositoryShape(world, repository),
  }
}

function pullLinks(world: World, issue: PullIssue): Shape {
  const url = pullUrl(world, issue)
  const { repository, pull } = issue
  const base = repositoryUrl(world, repository)
  return {
    self: { href: url },
    html: { href: issuePage(world, issue) },
    issue: { href: issueUrl(world, issue) },
    comments: { href: `${issueUrl(world, issue)}/comments` },
    review_comments: { href: `${url}/comments` },
    review_comment: { href: `${base}/pulls/comments{/number}` },
    commits: { href: `${url}/commits` },
    statuses: { href: `${base}/statuses/${pull.head.sha}` },
  }
}

/** What a single pull request has that lists leave out. */
export type PullFigures = {
  /** Null: not reckoned yet. */
  readonly mergeable: boolean | null
  readonly mergeableState: string
  readonly commits: number
  readonly files: readonly ChangedFile[]
}

/** GitHub's `pull-request`. */
export function pullShape(world: World, issue: PullIssue, figures: PullFigures): Shape {
  const { pull } = issue
  const sum = (key: 'additions' | 'deletions'): number =>
    figures.files.reduce((total, file) => total + file[key], 0)
  return {
    ...simplePullShape(world, issue),
    merged: pull.mergedAt !== null,
    ...{ mergeable: figures.mergeable, rebaseable: figures.mergeable },
    mergeable_state: figures.mergeableState,
    merged_by: actorOrNull(world, pull.mergedBy),
    ...{ comments: issue.comments.length, review_comments: pull.reviewComments.length },
    ...{ maintainer_can_modify: false, commits: figures.commits },
    ...{ additions: sum('additions'), deletions: sum('deletions') },
    changed_files: figures.files.length,
  }
}

export function reviewShape(world: World, review: Review): Shape {
  const { issue } = review
  const html = `${issuePage(world, issue)}#pullrequestreview-${review.id}`
  const url = pullUrl(world, issue)
  return {
    ...{ id: review.id, node_id: review.nodeId, user: actorShape(world, review.author) },
    ...{ body: review.body, state: review.state, html_url: html, pull_request_url: url },
    author_association: association(review.author, issue.repository),
    _links: { html: { href: html }, pull_request: { href: url } },
    submitted_at: iso(review.submittedAt),
    commit_id: review.commitId,
  }
}

export function reviewCommentShape(world: World, comment: ReviewComment): Shape {
  const { issue, id } = comment
  const url = `${repositoryUrl(world, issue.repository)}/pulls/comments/${id}`
  const html = `${issuePage(world, issue)}#discussion_r${id}`
  const pull = pullUrl(world, issue)
  return {
    ...{ url, pull_request_review_id: comment.review.id, id, node_id: comment.nodeId },
    ...{ diff_hunk: comment.diffHunk, path: comment.path, body: comment.body },
    ...{ commit_id: comment.commitId, original_commit_id: comment.commitId },
    ...{ line: comment.line ?? 1, original_line: comment.line ?? 1, side: 'RIGHT' },
    user: actorShape(world, comment.author),
    ...{ created_at: iso(comment.createdAt), updated_at: iso(comment.updatedAt) },
    ...{ html_url: html, pull_request_url: pull },
    author_association: association(comment.author, issue.repository),
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pull } },
  }
}

export function fileShape(world: World, { repository, pull }: PullIssue, file: ChangedFile): Shape {
  return changedFileShape(world, { repository, sha: pull.head.sha }, file)
}

export function changedFileShape(
  world: World,
  at: { readonly repository: PullIssue['repository']; readonly sha: string },
  file: ChangedFile,
): Shape {
  const path = file.path.split('/').map(encodeURIComponent).join('/')
  const page = repositoryPage(world, at.repository)
  return {
    ...{ sha: file.blob, filename: file.path, status: file.status },
    ...{ additions: file.additions, deletions: file.deletions },
    changes: file.additions + file.deletions,
    blob_url: `${page}/blob/${at.sha}/${path}`,
    raw_url: `${page}/raw/${at.sha}/${path}`,
    contents_url: `${repositoryUrl(world, at.repository)}/contents/${path}?ref=${at.sha}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  }
}
