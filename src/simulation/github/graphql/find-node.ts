import { canSee, checkAccess } from '../rest/access.ts'
import type { Access } from '../rest/route.ts'
import type { Actor } from '../state/actor.ts'
import type { Comment, Issue, Label, Repository } from '../state/entities.ts'
import { isPull, type PullIssue } from '../state/pulls.ts'
import type { Node } from '../state/state-core.ts'
import type { GraphqlContext } from './graphql-context.ts'
import { unresolvedNode } from './graphql-failure.ts'
import { repositoryOf } from './node-repository.ts'

/** The node that a mutation names, if the token may see it. */
function find(context: GraphqlContext, id: string): Node {
  const node = context.state.node(id)
  const repository = node === undefined ? null : repositoryOf(node)
  const isHidden = repository !== null && !canSee(context.state.actors, context.token, repository)
  if (node === undefined || isHidden) throw unresolvedNode(id)
  return node
}

export function findRepository(context: GraphqlContext, id: string): Repository {
  const node = find(context, id)
  if (node.type !== 'Repository') throw unresolvedNode(id)
  return node.value
}

export function findActor(context: GraphqlContext, id: string): Actor {
  const node = find(context, id)
  if (node.type !== 'Actor') throw unresolvedNode(id)
  return node.value
}

export function findLabel(context: GraphqlContext, id: string): Label {
  const node = find(context, id)
  if (node.type !== 'Label') throw unresolvedNode(id)
  return node.value
}

export function findComment(context: GraphqlContext, id: string): Comment {
  const node = find(context, id)
  if (node.type !== 'Comment') throw unresolvedNode(id)
  return node.value
}

/** An issue or a pull request. */
export function findIssueOrPull(context: GraphqlContext, id: string): Issue {
  const node = find(context, id)
  if (node.type !== 'Issue') throw unresolvedNode(id)
  return node.value
}

export function findIssue(context: GraphqlContext, id: string): Issue {
  const issue = findIssueOrPull(context, id)
  if (isPull(issue)) throw unresolvedNode(id)
  return issue
}

export function findPull(context: GraphqlContext, id: string): PullIssue {
  const issue = findIssueOrPull(context, id)
  if (!isPull(issue)) throw unresolvedNode(id)
  return issue
}

/** Refuses what REST would refuse the same token. */
export function demand(
  { state, token }: GraphqlContext,
  repository: Repository,
  access: Access,
): void {
  checkAccess(state.actors, token, { repository, access })
}
