import * as z from 'zod'
import type { EffectPerformer } from '../../contracts/index.ts'
import { AppError, type JsonObject } from '../../shared/index.ts'
import { nodeIdOf } from './issue-effects.ts'
import { namesOf } from './names-of.ts'
import type { PerformerParts } from './performer-parts.ts'

/** As GraphQL names it; REST says `Copilot`. */
const copilotLogin = 'copilot-swe-agent'

const features = 'issues_copilot_assignment_api_support,coding_agent_model_selection'

const Suggested = z.object({
  repository: z.object({
    id: z.string(),
    suggestedActors: z.object({
      nodes: z.array(z.object({ login: z.string(), id: z.string().optional() })),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    }),
  }),
})
const Assigned = z.object({
  node: z.object({
    assignedActors: z.object({ nodes: z.array(z.object({ login: z.string().optional() })) }),
  }),
})

const suggestedQuery = `query Suggested($owner: String!, $repo: String!, $after: String) {
  repository(owner: $owner, name: $repo) { id
    suggestedActors(capabilities: [CAN_BE_ASSIGNED], first: 100, after: $after) {
      nodes { login __typename ... on Bot { id } ... on User { id } }
      pageInfo { hasNextPage endCursor } } } }`
const assignedQuery = `query Assigned($id: ID!) {
  node(id: $id) { ... on Issue { assignedActors(first: 10) {
    nodes { __typename ... on User { login } ... on Bot { login } } } } } }`
const assignMutation = `mutation Assign($input: AddAssigneesToAssignableInput!) {
  addAssigneesToAssignable(input: $input) { assignable { __typename } } }`

/** Hands an issue to Copilot, as a user: it takes no work from Apps. Assigned already is done. */
export function assignCopilot(parts: PerformerParts): EffectPerformer<'copilot.assign'> {
  const { client } = parts
  return {
    class: 'natural',
    perform: async (effect, _marker, signal) => {
      const { repository, number, baseRef, instructions, model } = effect
      const issueId = await nodeIdOf(parts, { repository, number }, signal)
      const query = { query: assignedQuery, variables: { id: issueId }, signal }
      const { node } = Assigned.parse((await client.graphql({ ...query, as: 'user' })).data)
      if (node.assignedActors.nodes.some(({ login }) => login === copilotLogin)) {
        return { number, assigned: 'already' }
      }
      const { id, repositoryId } = await findCopilot(repository, signal)
      const agentAssignment = {
        targetRepositoryId: repositoryId,
        customInstructions: instructions,
        ...(baseRef === null ? {} : { baseRef }),
        ...(model === null ? {} : { model }),
      }
      const input = { assignableId: issueId, assigneeIds: [id], agentAssignment }
      await client.graphql({
        ...{ query: assignMutation, variables: { input }, signal, as: 'user', features },
        writes: 'changes',
      })
      return { number, assigned: 'now' }
    },
  }

  async function findCopilot(repository: string, signal: AbortSignal) {
    let after: string | null = null
    do {
      const variables: JsonObject = { ...namesOf(repository), after }
      const call = { query: suggestedQuery, variables, signal, as: 'user', features } as const
      const page: z.infer<typeof Suggested>['repository'] = Suggested.parse(
        (await client.graphql(call)).data,
      ).repository
      const { nodes, pageInfo } = page.suggestedActors
      const copilot = nodes.find(({ login }) => login === copilotLogin)
      if (copilot?.id !== undefined) return { id: copilot.id, repositoryId: page.id }
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null
    } while (after !== null)
    throw new AppError(
      'github_unavailable',
      `Copilot cannot be assigned in ${repository}: it is not enabled there, or not for the owner of github.userToken`,
    )
  }
}
