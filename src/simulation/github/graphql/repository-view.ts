import type { Issue, Repository } from '../state/entities.ts'
import { isPull, type PullIssue } from '../state/pulls.ts'
import { actorView } from './actor-view.ts'
import { type Connection, connect, connectList, type Page } from './connection.ts'
import { asInt, type GraphqlContext, type View } from './graphql-context.ts'
import { GraphqlFailure } from './graphql-failure.ts'
import { labelView } from './shared-fields.ts'
import { suggestedActors } from './suggested-actors.ts'

type Order = {
  readonly field: 'CREATED_AT' | 'UPDATED_AT' | 'COMMENTS'
  readonly direction: 'ASC' | 'DESC'
}
type IssueQuery = Page & {
  readonly states?: readonly string[] | null
  readonly labels?: readonly string[] | null
  readonly orderBy?: Order | null
  readonly filterBy?: {
    readonly since?: string | null
    readonly labels?: readonly string[] | null
    readonly states?: readonly string[] | null
  } | null
}
type PullQuery = Page & {
  readonly states?: readonly string[] | null
  readonly labels?: readonly string[] | null
  readonly baseRefName?: string | null
  readonly headRefName?: string | null
  readonly orderBy?: Order | null
}

export function repositoryView(context: GraphqlContext, repository: Repository): View {
  const { state, world } = context
  const branch = repository.defaultBranch
  return {
    __typename: 'Repository',
    id: repository.nodeId,
    databaseId: asInt(repository.id),
    name: repository.name,
    nameWithOwner: repository.fullName,
    owner: () => actorView(context, repository.owner),
    description: repository.description,
    url: `${world.url()}/${repository.fullName}`,
    isArchived: repository.isArchived,
    isPrivate: repository.isPrivate,
    hasIssuesEnabled: repository.hasIssues,
    autoMergeAllowed: repository.allowAutoMerge,
    defaultBranchRef: () => ({
      id: Buffer.from(`Ref:${repository.id}:${branch}`).toString('base64url'),
      name: branch,
      prefix: 'refs/heads/',
    }),
    issue: ({ number }: { readonly number: number }) => {
      const issue = state.issues.find(repository, number)
      if (issue !== undefined && !isPull(issue)) return context.views.issue(context, issue)
      throw unknownNumber('Issue', number)
    },
    issues: (query: IssueQuery) => connectIssues(context, repository, query),
    pullRequest: ({ number }: { readonly number: number }) => {
      const pull = state.pulls.find(repository, number)
      if (pull !== undefined) return context.views.pull(context, pull)
      throw unknownNumber('PullRequest', number)
    },
    pullRequests: (query: PullQuery) => connectPulls(context, repository, query),
    label: ({ name }: { readonly name: string }) => {
      const label = state.repositories.label(repository, name)
      return label === undefined ? null : labelView(context, label)
    },
    labels: (page: Page & { readonly query?: string | null }) => {
      const wanted = page.query?.toLowerCase() ?? ''
      const labels = [...repository.labels.values()].filter(({ name }) =>
        name.toLowerCase().includes(wanted),
      )
      return connectList(labels, page, (label) => labelView(context, label))
    },
    suggestedActors: (query: Page & { readonly query?: string | null }) =>
      connectList(suggestedActors(context, repository, query.query ?? ''), query, (actor) =>
        actorView(context, actor),
      ),
  }
}

const unknownNumber = (kind: string, number: number): GraphqlFailure =>
  new GraphqlFailure(
    'NOT_FOUND',
    `Could not resolve to ${kind === 'Issue' ? 'an' : 'a'} ${kind} with the number of ${number}.`,
  )

function connectIssues(
  context: GraphqlContext,
  repository: Repository,
  query: IssueQuery,
): Connection {
  const { filterBy } = query
  const states = query.states ?? filterBy?.states ?? null
  const labels = query.labels ?? filterBy?.labels ?? null
  const since = filterBy?.since == null ? null : Date.parse(filterBy.since)
  const items = [...repository.issues.values()].filter(
    (issue) =>
      !isPull(issue) &&
      (states === null || states.includes(issue.state.toUpperCase())) &&
      hasLabel(issue, labels) &&
      (since === null || issue.updatedAt >= since),
  )
  return connect(orderedBy(items, query.orderBy), query, (issue) =>
    context.views.issue(context, issue),
  )
}

function connectPulls(
  context: GraphqlContext,
  repository: Repository,
  query: PullQuery,
): Connection {
  const { states, baseRefName, headRefName, labels, orderBy } = query
  const items = context.state.pulls
    .all(repository)
    .filter(
      (issue) =>
        (states == null || states.includes(stateOf(issue))) &&
        (baseRefName == null || issue.pull.base.ref === baseRefName) &&
        (headRefName == null || issue.pull.head.ref === headRefName) &&
        hasLabel(issue, labels ?? null),
    )
  return connect(orderedBy(items, orderBy), query, (issue) => context.views.pull(context, issue))
}

const stateOf = (issue: PullIssue): string =>
  issue.pull.mergedAt === null ? issue.state.toUpperCase() : 'MERGED'

const hasLabel = (issue: Issue, labels: readonly string[] | null): boolean =>
  labels === null || labels.some((wanted) => issue.labels.some(({ name }) => name === wanted))

function orderedBy<Item extends Issue>(items: readonly Item[], order: Order | null | undefined) {
  const keyOf = (issue: Item): number => {
    if (order?.field === 'UPDATED_AT') return issue.updatedAt
    return order?.field === 'COMMENTS' ? issue.comments.length : issue.createdAt
  }
  return {
    items,
    placeOf: (issue: Item) => [keyOf(issue), issue.number] as const,
    descending: order?.direction === 'DESC',
  }
}
