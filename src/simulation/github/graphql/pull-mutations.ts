import { type Access, access } from '../rest/route.ts'
import type { MergeMethod } from '../state/entities.ts'
import type { PullIssue } from '../state/pulls.ts'
import { demand, findPull } from './find-node.ts'
import type { GraphqlContext } from './graphql-context.ts'
import { GraphqlFailure } from './graphql-failure.ts'
import { reviewView } from './pull-view.ts'

type OnPull = { readonly pullRequestId: string }
type Expecting = OnPull & { readonly expectedHeadOid?: string | null }
type Merge = Expecting & {
  readonly mergeMethod?: 'MERGE' | 'SQUASH' | 'REBASE' | null
  readonly commitHeadline?: string | null
  readonly commitBody?: string | null
}
type NewReview = OnPull & {
  readonly body?: string | null
  readonly commitOID?: string | null
  readonly event?: 'APPROVE' | 'COMMENT' | 'DISMISS' | 'REQUEST_CHANGES' | null
}

const methods = { MERGE: 'merge', SQUASH: 'squash', REBASE: 'rebase' } as const
const verdicts = {
  APPROVE: 'APPROVED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
  COMMENT: 'COMMENTED',
  DISMISS: 'DISMISSED',
} as const

export function markReady(context: GraphqlContext, input: OnPull) {
  const pull = open(context, input, access.pullsWrite)
  refuseCopilot(context)
  context.state.pulls.markReady(pull, context.by)
  return answer(context, pull)
}

export function convertToDraft(context: GraphqlContext, input: OnPull) {
  const pull = open(context, input, access.pullsWrite)
  context.state.pulls.markDraft(pull, context.by)
  return answer(context, pull)
}

export async function merge(context: GraphqlContext, input: Merge) {
  const pull = found(context, input, access.contentsWrite)
  refuseCopilot(context)
  const wish = {
    method: methodOf(input),
    expectedSha: input.expectedHeadOid ?? undefined,
    title: input.commitHeadline ?? undefined,
    message: input.commitBody ?? undefined,
  }
  await context.world.pulls.merge(pull, wish, context.by)
  return answer(context, pull)
}

export async function updateBranch(context: GraphqlContext, input: Expecting) {
  const pull = open(context, input, access.pullsWrite)
  await context.world.pulls.updateBranch(pull, input.expectedHeadOid ?? undefined, context.by)
  return answer(context, pull)
}

export async function enableAutoMerge(context: GraphqlContext, input: Merge) {
  const pull = open(context, input, access.pullsWrite)
  const { expectedHeadOid: expected } = input
  if (!pull.repository.allowAutoMerge) {
    throw unprocessable('Auto merge is not allowed for this repository')
  }
  if (pull.pull.isDraft) throw unprocessable('Pull request is in draft state')
  if (expected != null && expected !== pull.pull.head.sha) {
    throw unprocessable('Head sha does not match expected sha')
  }
  const { pulls, clock } = context.world
  const state = pulls.mergeState(pull, await pulls.mergeability(pull))
  if (state === 'CLEAN') throw unprocessable('Pull request is in clean status')
  const [method, enabledAt] = [methodOf(input), clock.now()]
  pull.pull.autoMerge = { method, by: context.by.actor, enabledAt }
  return answer(context, pull)
}

export function disableAutoMerge(context: GraphqlContext, input: OnPull) {
  const pull = found(context, input, access.pullsWrite)
  if (pull.pull.autoMerge === null) {
    throw unprocessable("Can't disable auto-merge for this pull request")
  }
  pull.pull.autoMerge = null
  return answer(context, pull)
}

export function closePull(context: GraphqlContext, input: OnPull) {
  const pull = found(context, input, access.pullsWrite)
  context.state.issues.close(pull, null, context.by)
  return answer(context, pull)
}

export function addReview(context: GraphqlContext, input: NewReview) {
  const pull = found(context, input, { ...access.pullsWrite, role: 'read' })
  const state = input.event == null ? 'PENDING' : verdicts[input.event]
  if (state === 'APPROVED' || state === 'CHANGES_REQUESTED') {
    refuseCopilot(context)
    if (pull.author === context.by.actor) {
      const act = state === 'APPROVED' ? 'approve' : 'request changes on'
      throw unprocessable(`Can not ${act} your own pull request`)
    }
  }
  const commitId = input.commitOID ?? pull.pull.head.sha
  const review = context.state.pulls.review(
    pull,
    { state, body: input.body ?? '', commitId },
    context.by,
  )
  return { pullRequestReview: reviewView(context, review) }
}

function found(context: GraphqlContext, { pullRequestId }: OnPull, permission: Access): PullIssue {
  const pull = findPull(context, pullRequestId)
  demand(context, pull.repository, permission)
  return pull
}

function open(context: GraphqlContext, input: OnPull, permission: Access): PullIssue {
  const pull = found(context, input, permission)
  if (pull.state === 'closed') throw unprocessable('Pull request is closed')
  return pull
}

/** Copilot cannot mark ready, approve or merge. */
function refuseCopilot({ by, state }: GraphqlContext): void {
  if (by.actor === state.actors.copilot) {
    throw new GraphqlFailure('FORBIDDEN', 'Resource not accessible by integration')
  }
}

const answer = (context: GraphqlContext, pull: PullIssue) => ({
  pullRequest: context.views.pull(context, pull),
})

const methodOf = ({ mergeMethod }: Merge): MergeMethod => methods[mergeMethod ?? 'MERGE']

const unprocessable = (message: string): GraphqlFailure =>
  new GraphqlFailure('UNPROCESSABLE', message)
