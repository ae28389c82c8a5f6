import { actorShape } from '../shapes/actor-shape.ts'
import { reviewCommentShape, reviewShape } from '../shapes/pull-shape.ts'
import type { Shape } from '../shapes/shape.ts'
import type { Happened } from '../state/happened.ts'
import { isPull, type PullIssue } from '../state/pulls.ts'
import type { World } from '../world.ts'
import { issueDetails, type OnIssue } from './compose-issue.ts'
import {
  type Outgoing,
  plainPullPart,
  pullPart,
  senderPart,
  surroundings,
} from './payload-parts.ts'
import type { pullFigures } from './pull-figures.ts'

type Of<Kind extends Happened['kind']> = Extract<Happened, { kind: Kind }>
export type Figures = ReturnType<typeof pullFigures>

type OnPull =
  | OnIssue
  | Of<
      | 'pull.opened'
      | 'pull.reopened'
      | 'pull.closed'
      | 'pull.edited'
      | 'pull.ready_for_review'
      | 'pull.converted_to_draft'
      | 'pull.synchronize'
      | 'pull.review_requested'
      | 'pull.review_request_removed'
    >

/** `pull_request`, for what happens to one itself and to its issue side. */
export function pullEvent(
  world: World,
  happened: OnPull,
  { issue, figures }: { readonly issue: PullIssue; readonly figures: Figures },
): Outgoing {
  const action = happened.kind.slice(happened.kind.indexOf('.') + 1)
  const { repository, by } = happened
  const { head, base } = issue.pull
  const [headSha, baseSha] = [head.sha, base.sha]
  const pullRequest = pullPart(world, issue)
  return {
    ...{ repository, event: 'pull_request', action },
    payload: {
      ...{ action, number: issue.number, pull_request: pullRequest, ...details(world, happened) },
      ...surroundings(world, repository, senderPart(world, by.actor)),
    },
    complete: async (payload) => ({
      ...payload,
      pull_request: { ...pullRequest, ...(await figures(repository, baseSha, headSha)) },
    }),
  }
}

function details(world: World, happened: OnPull): Shape {
  switch (happened.kind) {
    case 'pull.synchronize':
      return { before: happened.before, after: happened.after }
    case 'pull.review_requested':
    case 'pull.review_request_removed':
      return { requested_reviewer: actorShape(world, happened.reviewer) }
    case 'issue.labeled':
    case 'issue.unlabeled':
    case 'issue.assigned':
    case 'issue.unassigned':
    case 'pull.edited':
      return issueDetails(world, happened)
    default:
      return {}
  }
}

export function reviewEvent(
  world: World,
  happened: Of<'review.submitted' | 'review.dismissed'>,
): Outgoing | null {
  const { review, repository, by } = happened
  if (!isPull(review.issue)) return null
  const action = happened.kind.slice('review.'.length)
  const shape = reviewShape(world, review)
  const payload = {
    action,
    // In lower case here, in upper case over REST.
    review: { ...shape, updated_at: shape.submitted_at ?? null, state: review.state.toLowerCase() },
    pull_request: plainPullPart(world, review.issue),
    ...surroundings(world, repository, senderPart(world, by.actor)),
  }
  return { repository, event: 'pull_request_review', action, payload, complete: null }
}

export function reviewCommentEvent(
  world: World,
  happened: Of<'review_comment.created'>,
): Outgoing | null {
  const { comment, repository, by } = happened
  if (!isPull(comment.issue)) return null
  const payload = {
    action: 'created',
    comment: {
      ...reviewCommentShape(world, comment),
      ...{ position: comment.line, original_position: comment.line ?? 1 },
      ...{ start_line: null, original_start_line: null, start_side: null, subject_type: 'line' },
      reactions: noReactions(`${world.url()}/reactions`),
    },
    pull_request: plainPullPart(world, comment.issue),
    ...surroundings(world, repository, senderPart(world, by.actor)),
  }
  const event = 'pull_request_review_comment'
  return { repository, event, action: 'created', payload, complete: null }
}

const noReactions = (url: string): Shape => ({
  ...{ url, total_count: 0, '+1': 0, '-1': 0, laugh: 0, hooray: 0, confused: 0 },
  ...{ heart: 0, rocket: 0, eyes: 0 },
})
