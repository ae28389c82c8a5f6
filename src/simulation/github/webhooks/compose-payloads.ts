import { hookShape } from '../shapes/check-shape.ts'
import type { Hook } from '../state/entities.ts'
import type { Happened } from '../state/happened.ts'
import { isPull } from '../state/pulls.ts'
import type { World } from '../world.ts'
import { checkRunEvent, checkSuiteEvent, pushEvent, workflowRunEvent } from './compose-checks.ts'
import { commentEvent, dependencyEvents, issueEvent, subIssueEvents } from './compose-issue.ts'
import { type Figures, pullEvent, reviewCommentEvent, reviewEvent } from './compose-pull.ts'
import { type Outgoing, senderPart, surroundings } from './payload-parts.ts'

/** What hooks are told of a change: nothing, one event, or one for each end of a link. */
export function composePayloads(
  world: World,
  happened: Happened,
  figures: Figures,
): readonly Outgoing[] {
  switch (happened.kind) {
    case 'issue.opened':
    case 'issue.reopened':
    case 'issue.closed':
    case 'issue.edited':
    case 'issue.labeled':
    case 'issue.unlabeled':
    case 'issue.assigned':
    case 'issue.unassigned': {
      const { issue } = happened
      if (!isPull(issue)) return [issueEvent(world, happened)]
      return [pullEvent(world, happened, { issue, figures })]
    }
    case 'sub_issue.added':
    case 'sub_issue.removed':
      return subIssueEvents(world, happened)
    case 'blocked_by.added':
    case 'blocked_by.removed':
      return dependencyEvents(world, happened)
    case 'comment.created':
    case 'comment.edited':
    case 'comment.deleted':
      return [commentEvent(world, happened)]
    default:
      return composeOthers(world, happened, figures)
  }
}

function composeOthers(world: World, happened: Happened, figures: Figures): readonly Outgoing[] {
  switch (happened.kind) {
    case 'pull.opened':
    case 'pull.reopened':
    case 'pull.closed':
    case 'pull.edited':
    case 'pull.ready_for_review':
    case 'pull.converted_to_draft':
    case 'pull.synchronize':
    case 'pull.review_requested':
    case 'pull.review_request_removed': {
      const { issue } = happened
      return isPull(issue) ? [pullEvent(world, happened, { issue, figures })] : []
    }
    case 'review.submitted':
    case 'review.dismissed':
      return listOf(reviewEvent(world, happened))
    case 'review_comment.created':
      return listOf(reviewCommentEvent(world, happened))
    case 'check_run.created':
    case 'check_run.completed':
      return [checkRunEvent(world, happened)]
    case 'check_suite.completed':
      return [checkSuiteEvent(world, happened)]
    case 'run.requested':
    case 'run.in_progress':
    case 'run.completed':
      return [workflowRunEvent(world, happened)]
    case 'push':
      return [pushEvent(world, happened)]
    // Events that GitHub has and nobody here listens to, and changes that it tells no hook.
    default:
      return []
  }
}

const listOf = (outgoing: Outgoing | null): readonly Outgoing[] =>
  outgoing === null ? [] : [outgoing]

/** Sent once when a hook is made, and on request. */
export function pingOf(world: World, hook: Hook): Outgoing {
  const { repository } = hook
  return {
    ...{ repository, event: 'ping', action: null, complete: null },
    payload: {
      zen: 'Approachable is better than simple.',
      ...{ hook_id: hook.id, hook: hookShape(world, hook) },
      ...surroundings(world, repository, senderPart(world, repository.owner)),
    },
  }
}

/** The events of which a change may tell: what a hook must want for anything to be composed. */
export function eventsOf({ kind }: Happened): readonly string[] {
  const [what = ''] = kind.split('.')
  switch (what) {
    case 'issue':
      return ['issues', 'pull_request']
    case 'comment':
      return ['issue_comment']
    case 'sub_issue':
      return ['sub_issues']
    case 'blocked_by':
      return ['issue_dependencies']
    case 'pull':
      return ['pull_request']
    case 'review':
      return ['pull_request_review']
    case 'review_comment':
      return ['pull_request_review_comment']
    case 'run':
      return ['workflow_run']
    default:
      return [what]
  }
}
