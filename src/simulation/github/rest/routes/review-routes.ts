import * as z from 'zod'
import { actorShape } from '../../shapes/actor-shape.ts'
import { reviewCommentShape, reviewShape, simplePullShape } from '../../shapes/pull-shape.ts'
import type { Actor } from '../../state/actor.ts'
import type { ReviewState } from '../../state/entities.ts'
import { Refusal, refuse } from '../../state/refusal.ts'
import type { Call } from '../call.ts'
import { type Reply, reply } from '../reply.ts'
import { access, creating, type Route } from '../route.ts'
import { assignable } from './people.ts'

const NewReview = z.object({
  commit_id: z.string().optional(),
  body: z.string().optional(),
  event: z.enum(['APPROVE', 'REQUEST_CHANGES', 'COMMENT']).optional(),
  comments: z
    .array(
      z.object({
        path: z.string(),
        body: z.string(),
        line: z.int().optional(),
        position: z.int().optional(),
      }),
    )
    .optional(),
})
const Reviewers = z.object({
  reviewers: z.array(z.string()).optional(),
  team_reviewers: z.array(z.string()).optional(),
})

const states: Readonly<Record<string, ReviewState>> = {
  APPROVE: 'APPROVED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
  COMMENT: 'COMMENTED',
}

async function review(call: Call): Promise<Reply> {
  const { pull: issue, by, world } = call
  const wanted = call.read(NewReview)
  const state = states[wanted.event ?? ''] ?? 'PENDING'
  const isVerdict = state === 'APPROVED' || state === 'CHANGES_REQUESTED'
  if (isVerdict && issue.author === by.actor) {
    const what = state === 'APPROVED' ? 'approve' : 'request changes on'
    throw new Refusal(422, 'Unprocessable Entity', [`Can not ${what} your own pull request`])
  }
  const needsBody = state === 'CHANGES_REQUESTED' || state === 'COMMENTED'
  if (needsBody && (wanted.body ?? '') === '' && (wanted.comments ?? []).length === 0) {
    throw refuse.invalid('You need to leave a comment indicating the requested changes.')
  }
  const commitId = await reviewedCommit(call, wanted.commit_id)
  const comments = (wanted.comments ?? []).map(({ path, body, line }) => ({
    ...{ path, body, line: line ?? null, diffHunk: '@@ -0,0 +1 @@' },
  }))
  const created = world.state.pulls.review(
    issue,
    { state, body: wanted.body ?? '', commitId, comments },
    by,
  )
  return reply.ok(reviewShape(world, created))
}

async function reviewedCommit(call: Call, wanted: string | undefined): Promise<string> {
  const { head } = call.pull.pull
  if (wanted === undefined) return head.sha
  const found = await call.world.git.of(call.repository).resolve(wanted)
  if (found === null) throw refuse.invalid('The commit_id is not part of the pull request')
  return found
}

function reviewersNamed(call: Call, logins: readonly string[]): readonly Actor[] {
  const { actors } = call.world.state
  return logins.map((login) => {
    const actor = actors.find(login)
    const isBot = actor === actors.copilotReviewer || actor === actors.copilot
    if (actor !== undefined && (isBot || assignable(call).includes(actor))) return actor
    throw new Refusal(
      422,
      'Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ' +
        `${call.repository.fullName} repository.`,
    )
  })
}

function requestReviews(call: Call): Reply {
  const { pull: issue, by, world } = call
  for (const reviewer of reviewersNamed(call, call.read(Reviewers).reviewers ?? [])) {
    if (reviewer === issue.author) {
      throw new Refusal(422, 'Review cannot be requested from pull request author.')
    }
    world.state.pulls.requestReview(issue, reviewer, by)
  }
  return reply.created(simplePullShape(world, issue))
}

function removeRequests(call: Call): Reply {
  const { pull: issue, by, world } = call
  for (const reviewer of reviewersNamed(call, call.read(Reviewers).reviewers ?? [])) {
    world.state.pulls.removeReviewRequest(issue, reviewer, by)
  }
  return reply.ok(simplePullShape(world, issue))
}

function requested(call: Call): Reply {
  const users = call.pull.pull.requestedReviewers.map((one) => actorShape(call.world, one))
  return reply.ok({ users, teams: [] })
}

const pull = '/repos/{owner}/{repo}/pulls/{pull_number}'

export const reviewRoutes: readonly Route[] = [
  {
    method: 'GET',
    template: `${pull}/reviews`,
    access: access.pullsRead,
    handle: (call) => call.page(call.pull.pull.reviews, (one) => reviewShape(call.world, one)),
  },
  {
    method: 'POST',
    template: `${pull}/reviews`,
    access: creating({ ...access.pullsWrite, role: 'read' }),
    handle: review,
  },
  {
    method: 'GET',
    template: `${pull}/comments`,
    access: access.pullsRead,
    handle: (call) =>
      call.page(call.pull.pull.reviewComments, (one) => reviewCommentShape(call.world, one)),
  },
  {
    method: 'GET',
    template: `${pull}/requested_reviewers`,
    access: access.pullsRead,
    handle: requested,
  },
  {
    method: 'POST',
    template: `${pull}/requested_reviewers`,
    access: creating(access.pullsWrite),
    handle: requestReviews,
  },
  {
    method: 'DELETE',
    template: `${pull}/requested_reviewers`,
    access: access.pullsWrite,
    handle: removeRequests,
  },
]
