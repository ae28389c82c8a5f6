import { type Comment, type Issue, type Reactions, reactionContents } from '../state/entities.ts'
import type { World } from '../world.ts'
import { actorOrNull, actorShape, appOrNull, association } from './actor-shape.ts'
import { labelShape, repositoryPage, repositoryShape, repositoryUrl } from './repository-shape.ts'
import { iso, isoOrNull, type Shape } from './shape.ts'

export const issueUrl = (world: World, { repository, number }: Issue): string =>
  `${repositoryUrl(world, repository)}/issues/${number}`

export const pullUrl = (world: World, { repository, number }: Issue): string =>
  `${repositoryUrl(world, repository)}/pulls/${number}`

export const issuePage = (world: World, { repository, number, pull }: Issue): string =>
  `${repositoryPage(world, repository)}/${pull === null ? 'issues' : 'pull'}/${number}`

function reactionsShape(url: string, reactions: Reactions): Shape {
  const counts = reactionContents.map(
    (content) => [content, reactions.get(content)?.size ?? 0] as const,
  )
  const total = counts.reduce((sum, [, count]) => sum + count, 0)
  return { url: `${url}/reactions`, total_count: total, ...Object.fromEntries(counts) }
}

/** GitHub's `issue`; for a pull request its issue side. */
export function issueShape(world: World, issue: Issue): Shape {
  const url = issueUrl(world, issue)
  return {
    ...{ url, repository_url: repositoryUrl(world, issue.repository) },
    labels_url: `${url}/labels{/name}`,
    ...{ comments_url: `${url}/comments`, events_url: `${url}/events` },
    html_url: issuePage(world, issue),
    ...{ id: issue.id, node_id: issue.nodeId, number: issue.number, title: issue.title },
    user: actorShape(world, issue.author),
    labels: issue.labels.map((label) => labelShape(world, label)),
    ...{ state: issue.state, locked: issue.isLocked, milestone: null },
    assignee: actorOrNull(world, issue.assignees[0] ?? null),
    assignees: issue.assignees.map((assignee) => actorShape(world, assignee)),
    comments: issue.comments.length,
    ...{ created_at: iso(issue.createdAt), updated_at: iso(issue.updatedAt) },
    closed_at: isoOrNull(issue.closedAt),
    closed_by: actorOrNull(world, issue.closedBy),
    author_association: association(issue.author, issue.repository),
    ...{ active_lock_reason: null, body: issue.body, timeline_url: `${url}/timeline` },
    reactions: reactionsShape(url, issue.reactions),
    performed_via_github_app: appOrNull(world, issue.app),
    state_reason: issue.stateReason,
    ...(issue.pull === null ? linksShape(world, issue) : pullLinks(world, issue)),
  }
}

function linksShape(world: World, issue: Issue): Shape {
  const completed = issue.subIssues.filter(({ state }) => state === 'closed').length
  const total = issue.subIssues.length
  const open = (issues: readonly Issue[]): number =>
    issues.filter(({ state }) => state === 'open').length
  return {
    sub_issues_summary: {
      ...{ total, completed },
      percent_completed: total === 0 ? 0 : Math.floor((100 * completed) / total),
    },
    issue_dependencies_summary: {
      blocked_by: open(issue.blockedBy),
      total_blocked_by: issue.blockedBy.length,
      blocking: open(issue.blocking),
      total_blocking: issue.blocking.length,
    },
    ...(issue.parent === null ? {} : { parent_issue_url: issueUrl(world, issue.parent) }),
  }
}

function pullLinks(world: World, issue: Issue): Shape {
  const html = issuePage(world, issue)
  return {
    draft: issue.pull?.isDraft ?? false,
    pull_request: {
      url: pullUrl(world, issue),
      ...{ html_url: html, diff_url: `${html}.diff`, patch_url: `${html}.patch` },
      merged_at: isoOrNull(issue.pull?.mergedAt ?? null),
    },
  }
}

/** With its repository, as lists over several repositories and cross-references give it. */
export const issueWithRepository = (world: World, issue: Issue): Shape => ({
  ...issueShape(world, issue),
  repository: repositoryShape(world, issue.repository),
})

export function commentShape(world: World, comment: Comment): Shape {
  const { issue, id } = comment
  const url = `${repositoryUrl(world, issue.repository)}/issues/comments/${id}`
  return {
    ...{ url, html_url: `${issuePage(world, issue)}#issuecomment-${id}` },
    issue_url: issueUrl(world, issue),
    ...{ id, node_id: comment.nodeId },
    user: actorShape(world, comment.author),
    ...{ created_at: iso(comment.createdAt), updated_at: iso(comment.updatedAt) },
    ...{ body: comment.body, author_association: association(comment.author, issue.repository) },
    reactions: reactionsShape(url, comment.reactions),
    performed_via_github_app: appOrNull(world, comment.app),
  }
}
