import * as z from 'zod'
import { actorShape, appShape, installationShape, ownUserShape } from '../../shapes/actor-shape.ts'
import { permissionWord, repositoryShape } from '../../shapes/repository-shape.ts'
import { iso } from '../../shapes/shape.ts'
import type { Installation, TokenPermissions } from '../../state/actor.ts'
import type { Repository } from '../../state/entities.ts'
import { Refusal, refuse } from '../../state/refusal.ts'
import { canSee, covers } from '../access.ts'
import type { Call } from '../call.ts'
import { type Reply, reply } from '../reply.ts'
import { access, type Route } from '../route.ts'

/** GitHub lets installation tokens live an hour. */
const installationTokenMs = 3_600_000

const NewInstallationToken = z.object({
  repositories: z.array(z.string()).optional(),
  repository_ids: z.array(z.int()).optional(),
  permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])).optional(),
})

function user(call: Call): Reply {
  const { token, world } = call
  if (token.kind === 'installation' || token.kind === 'github_token') {
    throw new Refusal(403, 'Resource not accessible by integration')
  }
  return reply.ok(ownUserShape(world, token.actor))
}

function anyUser(call: Call): Reply {
  const actor = call.world.state.actors.find(call.param('username'))
  if (actor === undefined) throw refuse.notFound()
  return reply.ok(ownUserShape(call.world, actor))
}

function permission(call: Call): Reply {
  const { world, repository } = call
  const actor = world.state.actors.find(call.param('username'))
  if (actor === undefined) throw new Refusal(404, `${call.param('username')} is not a user`)
  const role = world.state.actors.permissionOf(actor, repository)
  const word = permissionWord(role)
  const described = { ...actorShape(world, actor), role_name: role }
  return reply.ok({ permission: word, role_name: role, user: described })
}

function ownInstallation(call: Call): Installation {
  const found = call.world.state.actors.installation(call.number('installation_id'))
  if (found === undefined || found.app !== call.app) throw refuse.notFound()
  return found
}

function installationToken(call: Call): Reply {
  const { world } = call
  const installation = ownInstallation(call)
  const wanted = call.read(NewInstallationToken)
  const granted: TokenPermissions = wanted.permissions ?? installation.permissions
  if (!covers(installation.permissions, granted)) {
    throw new Refusal(422, 'The permissions requested are not granted to this installation.')
  }
  const repositories = wantedRepositories(call, installation, wanted)
  const expiresAt = world.clock.now() + installationTokenMs
  const ids = repositories?.map(({ id }) => id) ?? installation.repositoryIds
  const token = world.state.actors.createToken({
    ...{ kind: 'installation', actor: installation.app.bot, installation },
    ...{ permissions: granted, expiresAt, ...(ids === null ? {} : { repositoryIds: ids }) },
  })
  return reply.created({
    ...{ token: token.value, expires_at: iso(expiresAt), permissions: granted },
    repository_selection: ids === null ? 'all' : 'selected',
    ...(repositories === null
      ? {}
      : { repositories: repositories.map((one) => repositoryShape(world, one)) }),
  })
}

/** Null: all that the installation has. */
function wantedRepositories(
  { world }: Call,
  installation: Installation,
  wanted: z.output<typeof NewInstallationToken>,
): readonly Repository[] | null {
  const { repositories } = world.state
  const owner = installation.account.login
  const named = wanted.repositories?.map((name) => repositories.find(owner, name))
  const numbered = wanted.repository_ids?.map((id) => repositories.byId(id))
  if (named === undefined && numbered === undefined) return null
  return [...(named ?? []), ...(numbered ?? [])].map((found) => {
    const isGiven =
      found !== undefined &&
      found.owner === installation.account &&
      (installation.repositoryIds?.includes(found.id) ?? true)
    if (isGiven) return found
    const message = 'There is at least one repository that does not exist or is not accessible'
    throw new Refusal(422, `${message} to the parent installation.`)
  })
}

function installationRepositories(call: Call): Reply {
  const { world, token } = call
  if (token.kind !== 'installation') {
    throw new Refusal(
      403,
      'You must authenticate with an installation access token in order to list repositories for an installation.',
    )
  }
  const owner = token.installation?.account
  const reachable = world.state.repositories
    .all()
    .filter((one) => one.owner === owner && canSee(world.state.actors, token, one))
    .filter(({ id }) => token.repositoryIds?.includes(id) ?? true)
  return call.wrappedPage(
    reachable,
    (one) => repositoryShape(world, one, token.actor),
    (repositories) => ({ total_count: reachable.length, repositories }),
  )
}

/** Users, apps and what their tokens may. */
export const accountRoutes: readonly Route[] = [
  { method: 'GET', template: '/user', access: access.any, handle: user },
  { method: 'GET', template: '/users/{username}', access: access.any, handle: anyUser },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/collaborators/{username}/permission',
    access: access.metadata,
    handle: permission,
  },
  {
    method: 'GET',
    template: '/app',
    access: access.app,
    handle: (call) => reply.ok(appShape(call.world, call.app)),
  },
  {
    method: 'GET',
    template: '/app/installations',
    access: access.app,
    handle: (call) =>
      call.page(
        call.world.state.actors.installations().filter(({ app }) => app === call.app),
        (installation) => installationShape(call.world, installation),
      ),
  },
  {
    method: 'GET',
    template: '/app/installations/{installation_id}',
    access: access.app,
    handle: (call) => reply.ok(installationShape(call.world, ownInstallation(call))),
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/installation',
    access: access.app,
    handle: repositoryInstallation,
  },
  {
    method: 'POST',
    template: '/app/installations/{installation_id}/access_tokens',
    access: access.app,
    handle: installationToken,
  },
  {
    method: 'GET',
    template: '/installation/repositories',
    access: access.any,
    handle: installationRepositories,
  },
]

function repositoryInstallation(call: Call): Reply {
  const { world, repository } = call
  const found = world.state.actors
    .installations()
    .find(
      ({ app, account, repositoryIds }) =>
        app === call.app &&
        account === repository.owner &&
        (repositoryIds?.includes(repository.id) ?? true),
    )
  if (found === undefined) throw refuse.notFound()
  return reply.ok(installationShape(world, found))
}
