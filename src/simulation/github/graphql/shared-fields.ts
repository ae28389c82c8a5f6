import type { Actor } from '../state/actor.ts'
import type { Comment, Issue, Label } from '../state/entities.ts'
import { isPull } from '../state/pulls.ts'
import { actorView } from './actor-view.ts'
import { connectList, type Page } from './connection.ts'
import { asInt, asTime, asTimeOrNull, type GraphqlContext, type View } from './graphql-context.ts'

export const labelView = ({ world }: GraphqlContext, label: Label): View => ({
  __typename: 'Label',
  id: label.nodeId,
  name: label.name,
  color: label.color,
  description: label.description,
  url: `${world.url()}/${label.repository.fullName}/labels/${encodeURIComponent(label.name)}`,
})

/** What issues and pull requests both have. */
export function sharedFields(context: GraphqlContext, issue: Issue) {
  return {
    id: issue.nodeId,
    databaseId: asInt(issue.pull?.id ?? issue.id),
    fullDatabaseId: String(issue.pull?.id ?? issue.id),
    number: issue.number,
    title: issue.title,
    body: issue.body ?? '',
    author: () => actorView(context, issue.author),
    closed: issue.state === 'closed',
    closedAt: asTimeOrNull(issue.closedAt),
    createdAt: asTime(issue.createdAt),
    updatedAt: asTime(issue.updatedAt),
    repository: () => context.views.repository(context, issue.repository),
    labels: (page: Page) => connectList(issue.labels, page, (label) => labelView(context, label)),
    // Bots are left out here, and shown by `assignedActors`: so it is since the middle of 2025.
    assignees: (page: Page) =>
      connectActors(
        context,
        issue.assignees.filter(({ type }) => type === 'User'),
        page,
      ),
    assignedActors: (page: Page) => connectActors(context, issue.assignees, page),
    comments: (page: Page) =>
      connectList(issue.comments, page, (comment) => commentView(context, comment)),
  }
}

export function commentView(context: GraphqlContext, comment: Comment): View {
  const { issue } = comment
  return {
    __typename: 'IssueComment',
    id: comment.nodeId,
    databaseId: asInt(comment.id),
    fullDatabaseId: String(comment.id),
    body: comment.body,
    author: () => actorView(context, comment.author),
    createdAt: asTime(comment.createdAt),
    updatedAt: asTime(comment.updatedAt),
    issue: () => context.views.issue(context, issue),
    pullRequest: () => (isPull(issue) ? context.views.pull(context, issue) : null),
    url: `${urlOf(context, issue)}#issuecomment-${comment.id}`,
  }
}

export const urlOf = ({ world }: GraphqlContext, issue: Issue): string => {
  const kind = issue.pull === null ? 'issues' : 'pull'
  return `${world.url()}/${issue.repository.fullName}/${kind}/${issue.number}`
}

export const connectIssues = (context: GraphqlContext, issues: readonly Issue[], page: Page) =>
  connectList(issues, page, (issue) => context.views.issue(context, issue))

const connectActors = (context: GraphqlContext, actors: readonly Actor[], page: Page) =>
  connectList(actors, page, (actor) => actorView(context, actor))

/** An issue or a pull request, by what it is. */
export const issueOrPullView = (context: GraphqlContext, issue: Issue): View =>
  isPull(issue) ? context.views.pull(context, issue) : context.views.issue(context, issue)
