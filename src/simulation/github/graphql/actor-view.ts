import type { Actor } from '../state/actor.ts'
import { asInt, type GraphqlContext, type View } from './graphql-context.ts'

export function actorView({ world }: GraphqlContext, actor: Actor): View {
  const common = {
    id: actor.nodeId,
    databaseId: asInt(actor.id),
    login: actor.graphqlLogin,
  }
  if (actor.type === 'Bot') {
    return { __typename: 'Bot', ...common, url: `${world.url()}/apps/${actor.graphqlLogin}` }
  }
  const url = `${world.url()}/${actor.login}`
  return { __typename: actor.type, ...common, name: actor.name, email: '', url }
}
