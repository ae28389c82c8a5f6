import { access } from '../rest/route.ts'
import type { CheckRun, CommitStatus, Repository, Review } from '../state/entities.ts'
import type { PullIssue } from '../state/pulls.ts'
import { actorView } from './actor-view.ts'
import { connectList, type Page } from './connection.ts'
import { demand } from './find-node.ts'
import { asInt, asTime, asTimeOrNull, type GraphqlContext, type View } from './graphql-context.ts'
import { connectIssues, sharedFields, urlOf } from './shared-fields.ts'

type ReviewQuery = Page & { readonly states?: readonly string[] | null }

export function pullView(context: GraphqlContext, issue: PullIssue): View {
  const { pull, repository } = issue
  const mergeable = once(() => context.mergeability(issue))
  return {
    __typename: 'PullRequest',
    ...sharedFields(context, issue),
    url: urlOf(context, issue),
    state: pull.mergedAt === null ? issue.state.toUpperCase() : 'MERGED',
    isDraft: pull.isDraft,
    headRefName: pull.head.ref,
    headRefOid: pull.head.sha,
    baseRefName: pull.base.ref,
    baseRefOid: pull.base.sha,
    merged: pull.mergedAt !== null,
    mergedAt: asTimeOrNull(pull.mergedAt),
    mergedBy: () => pull.mergedBy && actorView(context, pull.mergedBy),
    mergeCommit: () =>
      pull.mergeCommitSha === null ? null : commitView(context, repository, pull.mergeCommitSha),
    mergeable,
    mergeStateStatus: () => context.world.pulls.mergeState(issue, mergeable()),
    isInMergeQueue: pull.isQueued,
    mergeQueueEntry: () =>
      pull.isQueued ? { id: `MQE_${pull.id}`, position: 1, state: 'QUEUED' } : null,
    autoMergeRequest: () => autoMergeView(context, issue),
    reviewDecision: () => context.world.pulls.reviewDecision(issue),
    reviewRequests: (page: Page) =>
      connectList(pull.requestedReviewers, page, (reviewer) => ({
        id: `RR_${pull.id}_${reviewer.id}`,
        requestedReviewer: () => actorView(context, reviewer),
      })),
    reviews: (query: ReviewQuery) => {
      const shown = pull.reviews.filter(
        ({ state }) => query.states == null || query.states.includes(state),
      )
      return connectList(shown, query, (review) => reviewView(context, review))
    },
    closingIssuesReferences: (page: Page) =>
      connectIssues(
        context,
        context.state.pulls.closes(issue).filter((closed) => closed.pull === null),
        page,
      ),
    statusCheckRollup: () => rollupView(context, repository, pull.head.sha),
  }
}

export const reviewView = (context: GraphqlContext, review: Review): View => ({
  __typename: 'PullRequestReview',
  id: review.nodeId,
  databaseId: asInt(review.id),
  fullDatabaseId: String(review.id),
  body: review.body,
  state: review.state,
  author: () => actorView(context, review.author),
  submittedAt: review.state === 'PENDING' ? null : asTime(review.submittedAt),
  commit: () => commitView(context, review.issue.repository, review.commitId),
  url: `${urlOf(context, review.issue)}#pullrequestreview-${review.id}`,
})

function autoMergeView(context: GraphqlContext, { pull: { autoMerge } }: PullIssue) {
  if (autoMerge === null) return null
  return {
    enabledAt: asTime(autoMerge.enabledAt),
    enabledBy: () => actorView(context, autoMerge.by),
    mergeMethod: autoMerge.method.toUpperCase(),
  }
}

async function commitView(context: GraphqlContext, repository: Repository, sha: string) {
  const commit = await context.world.git.of(repository).commit(sha)
  return {
    __typename: 'Commit',
    id: Buffer.from(`Commit:${repository.id}:${sha}`).toString('base64url'),
    oid: sha,
    message: commit.message,
    committedDate: asTime(commit.committer.at),
    url: `${context.world.url()}/${repository.fullName}/commit/${sha}`,
    statusCheckRollup: () => rollupView(context, repository, sha),
  }
}

/** Check runs are an app's to read, and a classic token's: never a fine-grained token's. */
function rollupView(context: GraphqlContext, repository: Repository, sha: string) {
  const { state } = context
  demand(context, repository, access.checksRead)
  const rollup = state.checks.rollup(repository, sha)
  if (rollup === null) return null
  const contexts = [
    ...state.checks.runsOf(repository, sha).map(runView),
    ...state.checks.statusesOf(repository, sha).map(statusView),
  ]
  return {
    __typename: 'StatusCheckRollup',
    id: Buffer.from(`StatusCheckRollup:${repository.id}:${sha}`).toString('base64url'),
    state: rollup,
    contexts: (page: Page) => connectList(contexts, page, (entry) => entry),
  }
}

export const runView = (run: CheckRun): View => ({
  __typename: 'CheckRun',
  id: run.nodeId,
  databaseId: asInt(run.id),
  name: run.name,
  status: run.status.toUpperCase(),
  conclusion: run.conclusion?.toUpperCase() ?? null,
  title: run.output.title,
  summary: run.output.summary,
  text: run.output.text,
  startedAt: asTime(run.startedAt),
  completedAt: asTimeOrNull(run.completedAt),
})

const statusView = (status: CommitStatus): View => ({
  __typename: 'StatusContext',
  id: status.nodeId,
  context: status.context,
  state: status.state.toUpperCase(),
  description: status.description,
  createdAt: asTime(status.createdAt),
})

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
