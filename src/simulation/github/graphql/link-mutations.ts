import { access } from '../rest/route.ts'
import { demand, findIssue } from './find-node.ts'
import type { GraphqlContext } from './graphql-context.ts'
import { GraphqlFailure } from './graphql-failure.ts'

type SubIssueWish = {
  readonly issueId: string
  readonly subIssueId?: string | null
  readonly subIssueUrl?: string | null
  readonly replaceParent?: boolean | null
}
type Dependency = { readonly issueId: string; readonly blockingIssueId: string }

export function addSubIssue(context: GraphqlContext, input: SubIssueWish) {
  const parent = findIssue(context, input.issueId)
  demand(context, parent.repository, access.issuesTriage)
  const subIssue = findSubIssue(context, input)
  const replaceParent = input.replaceParent === true
  context.state.links.addSubIssue(parent, subIssue, { replaceParent, by: context.by })
  return both(context, { issue: parent, subIssue })
}

export function removeSubIssue(
  context: GraphqlContext,
  input: { readonly issueId: string; readonly subIssueId: string },
) {
  const parent = findIssue(context, input.issueId)
  demand(context, parent.repository, access.issuesTriage)
  const subIssue = findIssue(context, input.subIssueId)
  context.state.links.removeSubIssue(parent, subIssue, context.by)
  return both(context, { issue: parent, subIssue })
}

export function changeDependency(
  context: GraphqlContext,
  input: Dependency,
  how: 'add' | 'remove',
) {
  const issue = findIssue(context, input.issueId)
  demand(context, issue.repository, access.issuesTriage)
  const blockingIssue = findIssue(context, input.blockingIssueId)
  if (how === 'add') context.state.links.addBlockedBy(issue, blockingIssue, context.by)
  else context.state.links.removeBlockedBy(issue, blockingIssue, context.by)
  return both(context, { issue, blockingIssue })
}

function findSubIssue(context: GraphqlContext, { subIssueId, subIssueUrl }: SubIssueWish) {
  if (subIssueId != null) return findIssue(context, subIssueId)
  const [, owner, name, number] = /\/([^/]+)\/([^/]+)\/issues\/(\d+)$/.exec(subIssueUrl ?? '') ?? []
  const repository =
    owner === undefined || name === undefined
      ? undefined
      : context.state.repositories.find(owner, name)
  const issue = repository && context.state.issues.find(repository, Number(number))
  if (issue !== undefined) return findIssue(context, issue.nodeId)
  throw new GraphqlFailure('UNPROCESSABLE', 'A sub-issue must be given by its id or its url')
}

type Issues = Readonly<Record<string, Parameters<GraphqlContext['views']['issue']>[1]>>

const both = (context: GraphqlContext, issues: Issues) =>
  Object.fromEntries(
    Object.entries(issues).map(([name, issue]) => [name, context.views.issue(context, issue)]),
  )
