import type { Issue, TimelineEvent } from '../state/entities.ts'
import type { World } from '../world.ts'
import { actorShape, appOrNull } from './actor-shape.ts'
import { commentShape, issueWithRepository } from './issue-shape.ts'
import { reviewShape } from './pull-shape.ts'
import { minimalRepositoryShape, repositoryUrl } from './repository-shape.ts'
import { iso, type Shape } from './shape.ts'

/** What happened on an issue, with its comments and reviews, oldest first. Commits come from git. */
export function timelineShape(world: World, issue: Issue): readonly Shape[] {
  const events = issue.timeline.map((event) => [event.id, eventShape(world, issue, event)] as const)
  const comments = issue.comments.map((comment) => {
    const shape = commentShape(world, comment)
    const { user = null } = shape
    return [comment.id, { ...shape, event: 'commented', actor: user }] as const
  })
  const reviews = (issue.pull?.reviews ?? []).map((review) => {
    const shape = reviewShape(world, review)
    const state = review.state.toLowerCase()
    return [review.id, { ...shape, state, event: 'reviewed' }] as const
  })
  // Ids are given out in the order in which things happen.
  return [...events, ...comments, ...reviews].sort(([a], [b]) => a - b).map(([, shape]) => shape)
}

function eventShape(world: World, issue: Issue, event: TimelineEvent): Shape {
  const { repository } = issue
  const actor = actorShape(world, event.actor)
  const at = iso(event.createdAt)
  if (event.event === 'cross-referenced') {
    const source = { type: 'issue', issue: issueWithRepository(world, event.source) }
    return { actor, created_at: at, updated_at: at, source, event: event.event }
  }
  const commitId = 'commitId' in event ? event.commitId : null
  const base = repositoryUrl(world, repository)
  return {
    ...{ id: event.id, node_id: event.nodeId, url: `${base}/issues/events/${event.id}` },
    ...{ actor, event: event.event, commit_id: commitId },
    commit_url: commitId === null ? null : `${base}/commits/${commitId}`,
    ...{ created_at: at, performed_via_github_app: appOrNull(world, event.app) },
    ...details(world, event),
  }
}

function details(world: World, event: TimelineEvent): Shape {
  switch (event.event) {
    case 'labeled':
    case 'unlabeled':
      return { label: { name: event.label.name, color: event.label.color } }
    case 'assigned':
    case 'unassigned':
      return { assignee: actorShape(world, event.assignee) }
    case 'closed':
      return { state_reason: event.stateReason }
    case 'renamed':
      return { rename: { from: event.from, to: event.to } }
    case 'review_requested':
    case 'review_request_removed': {
      const review_requester = actorShape(world, event.actor)
      return { review_requester, requested_reviewer: actorShape(world, event.reviewer) }
    }
    default:
      return linkDetails(world, event)
  }
}

function linkDetails(world: World, event: TimelineEvent): Shape {
  switch (event.event) {
    case 'locked':
      return { lock_reason: null }
    case 'sub_issue_added':
    case 'sub_issue_removed':
      return { sub_issue: reference(world, event.subIssue) }
    case 'parent_issue_added':
    case 'parent_issue_removed':
      return { parent_issue: reference(world, event.parent) }
    case 'blocked_by_added':
    case 'blocked_by_removed':
      return { blocked_by: reference(world, event.blocker) }
    case 'blocking_added':
    case 'blocking_removed':
      return { blocking: reference(world, event.blocked) }
    default:
      return {}
  }
}

function reference(world: World, issue: Issue): Shape {
  const { number, title, state, stateReason } = issue
  const repository = minimalRepositoryShape(world, issue.repository)
  return { number, title, state, state_reason: stateReason, repository, issue_type: null }
}
