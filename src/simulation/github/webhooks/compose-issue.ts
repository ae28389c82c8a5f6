import { actorShape } from '../shapes/actor-shape.ts'
import { commentShape, issueShape } from '../shapes/issue-shape.ts'
import { labelShape } from '../shapes/repository-shape.ts'
import type { Shape } from '../shapes/shape.ts'
import type { Issue } from '../state/entities.ts'
import type { EditedFrom, Happened } from '../state/happened.ts'
import type { World } from '../world.ts'
import {
  innerRepository,
  issuePart,
  type Outgoing,
  senderPart,
  surroundings,
} from './payload-parts.ts'

type Of<Kind extends Happened['kind']> = Extract<Happened, { kind: Kind }>

export type OnIssue = Of<
  | 'issue.opened'
  | 'issue.reopened'
  | 'issue.closed'
  | 'issue.edited'
  | 'issue.labeled'
  | 'issue.unlabeled'
  | 'issue.assigned'
  | 'issue.unassigned'
>

/** `issues`, for what is no pull request. */
export function issueEvent(world: World, happened: OnIssue): Outgoing {
  const action = happened.kind.slice('issue.'.length)
  const { issue, repository } = happened
  const payload = {
    ...{ action, issue: issuePart(world, issue), ...issueDetails(world, happened) },
    ...surroundings(world, repository, senderPart(world, happened.by.actor)),
  }
  return { repository, event: 'issues', action, payload, complete: null }
}

/** What issues and pull requests say alike of labels, assignees and edits. */
export function issueDetails(world: World, happened: OnIssue | Of<'pull.edited'>): Shape {
  switch (happened.kind) {
    case 'issue.labeled':
    case 'issue.unlabeled':
      return { label: labelShape(world, happened.label) }
    case 'issue.assigned':
    case 'issue.unassigned':
      return { assignee: actorShape(world, happened.assignee) }
    case 'issue.edited':
    case 'pull.edited':
      return { changes: changesOf(happened.from) }
    default:
      return {}
  }
}

function changesOf({ title, body, base }: EditedFrom): Shape {
  return {
    ...(title === undefined ? {} : { title: { from: title } }),
    ...(body === undefined ? {} : { body: { from: body ?? '' } }),
    ...(base === undefined ? {} : { base: { ref: { from: base }, sha: { from: '' } } }),
  }
}

export function commentEvent(
  world: World,
  happened: Of<'comment.created' | 'comment.edited' | 'comment.deleted'>,
): Outgoing {
  const action = happened.kind.slice('comment.'.length)
  const { comment, repository } = happened
  const payload = {
    ...{ action, issue: issuePart(world, comment.issue), comment: commentShape(world, comment) },
    ...(happened.kind === 'comment.edited' ? { changes: { body: { from: happened.from } } } : {}),
    ...surroundings(world, repository, senderPart(world, happened.by.actor)),
  }
  return { repository, event: 'issue_comment', action, payload, complete: null }
}

/** Both ends are told, each from its own side. */
export function subIssueEvents(
  world: World,
  happened: Of<'sub_issue.added' | 'sub_issue.removed'>,
): readonly Outgoing[] {
  const verb = happened.kind.slice('sub_issue.'.length)
  const { parent, subIssue, by } = happened
  const sender = senderPart(world, by.actor)
  const both = {
    ...{ parent_issue_id: parent.id, parent_issue: issueShape(world, parent) },
    ...{ sub_issue_id: subIssue.id, sub_issue: issueShape(world, subIssue) },
  }
  const told = (at: Issue, action: string, other: Shape): Outgoing => ({
    ...{ repository: at.repository, event: 'sub_issues', action, complete: null },
    payload: { action, ...both, ...other, ...surroundings(world, at.repository, sender) },
  })
  return [
    told(parent, `sub_issue_${verb}`, {
      sub_issue_repo: innerRepository(world, subIssue.repository),
    }),
    told(subIssue, `parent_issue_${verb}`, {
      parent_issue_repo: innerRepository(world, parent.repository),
    }),
  ]
}

export function dependencyEvents(
  world: World,
  happened: Of<'blocked_by.added' | 'blocked_by.removed'>,
): readonly Outgoing[] {
  const verb = happened.kind.slice('blocked_by.'.length)
  const { blocked, blocker, by } = happened
  const sender = senderPart(world, by.actor)
  const both = {
    ...{ blocked_issue_id: blocked.id, blocked_issue: issueShape(world, blocked) },
    ...{ blocking_issue_id: blocker.id, blocking_issue: issueShape(world, blocker) },
  }
  const told = (at: Issue, action: string, other: Shape): Outgoing => ({
    ...{ repository: at.repository, event: 'issue_dependencies', action, complete: null },
    payload: { action, ...both, ...other, ...surroundings(world, at.repository, sender) },
  })
  return [
    told(blocked, `blocked_by_${verb}`, {
      blocking_issue_repo: innerRepository(world, blocker.repository),
    }),
    told(blocker, `blocking_${verb}`, {
      blocked_issue_repo: innerRepository(world, blocked.repository),
    }),
  ]
}
