import type { Issue } from '../state/entities.ts'
import { connectList, type Page } from './connection.ts'
import type { GraphqlContext, View } from './graphql-context.ts'
import { connectIssues, sharedFields, urlOf } from './shared-fields.ts'

export function issueView(context: GraphqlContext, issue: Issue): View {
  return {
    __typename: 'Issue',
    ...sharedFields(context, issue),
    url: urlOf(context, issue),
    state: issue.state.toUpperCase(),
    stateReason: issue.stateReason?.toUpperCase() ?? null,
    locked: issue.isLocked,
    parent: () => issue.parent && issueView(context, issue.parent),
    subIssues: (page: Page) => connectIssues(context, issue.subIssues, page),
    subIssuesSummary: () => summaryOf(issue),
    blockedBy: (page: Page) => connectIssues(context, issue.blockedBy, page),
    blocking: (page: Page) => connectIssues(context, issue.blocking, page),
    issueDependenciesSummary: () => dependenciesOf(issue),
    closedByPullRequestsReferences: (page: Page & { readonly includeClosedPrs?: boolean }) =>
      connectList(closersOf(context, issue, page.includeClosedPrs === true), page, (pull) =>
        context.views.pull(context, pull),
      ),
  }
}

function summaryOf({ subIssues }: Issue) {
  const total = subIssues.length
  const completed = subIssues.filter(({ state }) => state === 'closed').length
  const percentCompleted = total === 0 ? 0 : Math.floor((100 * completed) / total)
  return { total, completed, percentCompleted }
}

const openOf = (issues: readonly Issue[]): number =>
  issues.filter(({ state }) => state === 'open').length

const dependenciesOf = ({ blockedBy, blocking }: Issue) => ({
  blockedBy: openOf(blockedBy),
  blocking: openOf(blocking),
  totalBlockedBy: blockedBy.length,
  totalBlocking: blocking.length,
})

function closersOf({ state }: GraphqlContext, issue: Issue, closedToo: boolean) {
  return state.pulls
    .all(issue.repository)
    .filter((pull) => closedToo || pull.state === 'open' || pull.pull.mergedAt !== null)
    .filter((pull) => state.pulls.closes(pull).includes(issue))
}
