import { canSee } from '../rest/access.ts'
import { actorView } from './actor-view.ts'
import type { GraphqlContext, View } from './graphql-context.ts'
import { unresolvedNode } from './graphql-failure.ts'
import { repositoryOf } from './node-repository.ts'
import { reviewView, runView } from './pull-view.ts'
import { commentView, issueOrPullView, labelView } from './shared-fields.ts'

/** Whatever an id stands for, if the token may see it; otherwise it does not exist. */
export function nodeView(context: GraphqlContext, id: string): View {
  const node = context.state.node(id)
  const repository = node === undefined ? null : repositoryOf(node)
  const isHidden = repository !== null && !canSee(context.state.actors, context.token, repository)
  if (node === undefined || isHidden) throw unresolvedNode(id)
  switch (node.type) {
    case 'Actor':
      return actorView(context, node.value)
    case 'Repository':
      return context.views.repository(context, node.value)
    case 'Issue':
      return issueOrPullView(context, node.value)
    case 'Label':
      return labelView(context, node.value)
    case 'Comment':
      return commentView(context, node.value)
    case 'Review':
      return reviewView(context, node.value)
    case 'CheckRun':
      return runView(node.value)
    // Served by GitHub, but no part of the schema that is served here.
    case 'App':
    case 'CheckSuite':
    case 'ReviewComment':
      throw unresolvedNode(id)
  }
}
