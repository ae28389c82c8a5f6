import { mayAssignCopilot } from '../rest/routes/people.ts'
import type { Actor } from '../state/actor.ts'
import type { Repository } from '../state/entities.ts'
import type { GraphqlContext } from './graphql-context.ts'

/** Who can be assigned in a repository, in the order of their names; Copilot where it is enabled. */
export function suggestedActors(
  { state, token }: GraphqlContext,
  repository: Repository,
  query: string,
): readonly Actor[] {
  const people = [repository.owner, ...[...repository.collaborators.values()].map((c) => c.actor)]
  const able = people.filter(
    (actor) => actor.type === 'User' && state.actors.may(actor, repository, 'triage'),
  )
  const withCopilot = mayAssignCopilot(token, repository)
  const all = [...new Set(withCopilot ? [...able, state.actors.copilot] : able)]
  const wanted = query.toLowerCase()
  return all
    .filter(({ graphqlLogin }) => graphqlLogin.toLowerCase().includes(wanted))
    .toSorted((one, other) => one.graphqlLogin.localeCompare(other.graphqlLogin))
}
