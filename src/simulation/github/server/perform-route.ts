import { checkAccess } from '../rest/access.ts'
import type { Credentials } from '../rest/authenticate.ts'
import { Call } from '../rest/call.ts'
import type { Reply } from '../rest/reply.ts'
import type { Repository } from '../state/entities.ts'
import { Refusal, refuse } from '../state/refusal.ts'
import type { Incoming, Routed, Service } from './service.ts'

/** Does what a route says, once its caller is known and within the limits. */
export async function performRoute(
  { world, deliveries }: Service,
  { route, params, url, incoming }: Routed,
  { token, app }: Credentials,
): Promise<Reply> {
  if (route === null) throw refuse.notFound()
  const isForApps = route.access.as === 'app'
  if (isForApps && app === null) {
    throw new Refusal(401, 'A JSON web token could not be decoded')
  }
  if (!isForApps && token === null) throw new Refusal(401, 'Bad credentials')
  const repository = repositoryOf(world, params)
  if (token !== null) {
    checkAccess(world.state.actors, token, { repository, access: route.access })
  }
  const body = parseBody(incoming)
  if (repository !== null) await world.git.absorb(repository)
  const call = new Call({ world, deliveries, token, app, params, url, body, repository })
  return await route.handle(call)
}

function repositoryOf(
  world: Service['world'],
  { owner, repo }: Readonly<Record<string, string>>,
): Repository | null {
  if (owner === undefined || repo === undefined) return null
  const repository = world.state.repositories.find(owner, repo)
  if (repository === undefined) throw refuse.notFound()
  return repository
}

/** Undefined where nothing was sent. 400 as GitHub words it. */
export function parseBody({ body }: Incoming): unknown {
  const text = body?.toString('utf8') ?? ''
  if (text.trim() === '') return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw Object.assign(new Refusal(400, 'Problems parsing JSON'), { cause })
  }
}
