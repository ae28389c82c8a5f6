import { canSee } from '../rest/access.ts'
import { actorView } from './actor-view.ts'
import { asTime, type GraphqlContext } from './graphql-context.ts'
import { GraphqlFailure } from './graphql-failure.ts'
import {
  addAssignees,
  addComment,
  changeLabels,
  closeIssue,
  createIssue,
  removeAssignees,
  replaceActors,
  updateComment,
  updateIssue,
} from './issue-mutations.ts'
import { addSubIssue, changeDependency, removeSubIssue } from './link-mutations.ts'
import { nodeView } from './node-view.ts'
import {
  addReview,
  closePull,
  convertToDraft,
  disableAutoMerge,
  enableAutoMerge,
  markReady,
  merge,
  updateBranch,
} from './pull-mutations.ts'

const queries = {
  repository: ({ owner, name }: { owner: string; name: string }, context: GraphqlContext) => {
    const repository = context.state.repositories.find(owner, name)
    if (repository !== undefined && canSee(context.state.actors, context.token, repository)) {
      return context.views.repository(context, repository)
    }
    const message = `Could not resolve to a Repository with the name '${owner}/${name}'.`
    throw new GraphqlFailure('NOT_FOUND', message)
  },
  node: ({ id }: { id: string }, context: GraphqlContext) => nodeView(context, id),
  nodes: ({ ids }: { ids: readonly string[] }, context: GraphqlContext) =>
    ids.map((id) => {
      try {
        return nodeView(context, id)
      } catch (error) {
        // In a list an error stands where its node would be.
        return error
      }
    }),
  viewer: (_: unknown, context: GraphqlContext) => ({
    ...actorView(context, context.token.actor),
    __typename: 'User',
    email: '',
  }),
  rateLimit: (_: unknown, { rate }: GraphqlContext) => ({ ...rate, resetAt: asTime(rate.resetAt) }),
}

/** GitHub gives `clientMutationId` back with every answer. */
function mutation<Input>(perform: (context: GraphqlContext, input: Input) => unknown) {
  return async ({ input }: { readonly input: Input & ClientInput }, context: GraphqlContext) => {
    const payload = await perform(context, input)
    const { clientMutationId = null } = input
    return typeof payload === 'object' ? { ...payload, clientMutationId } : payload
  }
}
type ClientInput = { readonly clientMutationId?: string | null }

const mutations = {
  createIssue: mutation(createIssue),
  updateIssue: mutation(updateIssue),
  closeIssue: mutation(closeIssue),
  addAssigneesToAssignable: mutation(addAssignees),
  removeAssigneesFromAssignable: mutation(removeAssignees),
  replaceActorsForAssignable: mutation(replaceActors),
  addLabelsToLabelable: mutation((context, input: Parameters<typeof changeLabels>[1]) =>
    changeLabels(context, input, 'add'),
  ),
  removeLabelsFromLabelable: mutation((context, input: Parameters<typeof changeLabels>[1]) =>
    changeLabels(context, input, 'remove'),
  ),
  addComment: mutation(addComment),
  updateIssueComment: mutation(updateComment),
  addSubIssue: mutation(addSubIssue),
  removeSubIssue: mutation(removeSubIssue),
  addBlockedBy: mutation((context, input: Parameters<typeof changeDependency>[1]) =>
    changeDependency(context, input, 'add'),
  ),
  removeBlockedBy: mutation((context, input: Parameters<typeof changeDependency>[1]) =>
    changeDependency(context, input, 'remove'),
  ),
  markPullRequestReadyForReview: mutation(markReady),
  convertPullRequestToDraft: mutation(convertToDraft),
  mergePullRequest: mutation(merge),
  updatePullRequestBranch: mutation(updateBranch),
  enablePullRequestAutoMerge: mutation(enableAutoMerge),
  disablePullRequestAutoMerge: mutation(disableAutoMerge),
  closePullRequest: mutation(closePull),
  addPullRequestReview: mutation(addReview),
}

/** What the fields of `Query` and `Mutation` are answered by. */
export const rootValue = { ...queries, ...mutations }
