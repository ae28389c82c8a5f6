import type { Actor, Token } from '../state/actor.ts'
import type { Repository } from '../state/repository.ts'
import type { GraphqlContext } from './graphql-context.ts'

/** Copilot obeys people: an installation's token and an action's are not shown it, nor heeded. */
export const isUserToken = ({ kind }: Token): boolean =>
  kind === 'classic' || kind === 'fine_grained' || kind === 'user_to_server'

/** Who can be assigned in a repository, in the order of their names; Copilot where it is enabled. */
export function suggestedActors(
  { state, token, copilotEnabled }: GraphqlContext,
  repository: Repository,
  query: string,
): readonly Actor[] {
  const people = [repository.owner, ...[...repository.collaborators.values()].map((c) => c.actor)]
  const able = people.filter(
    (actor) => actor.type === 'User' && state.actors.may(actor, repository, 'triage'),
  )
  const withCopilot = isUserToken(token) && copilotEnabled(repository, token.actor)
  const all = [...new Set(withCopilot ? [...able, state.actors.copilot] : able)]
  const wanted = query.toLowerCase()
  return all
    .filter(({ graphqlLogin }) => graphqlLogin.toLowerCase().includes(wanted))
    .toSorted((one, other) => one.graphqlLogin.localeCompare(other.graphqlLogin))
}
