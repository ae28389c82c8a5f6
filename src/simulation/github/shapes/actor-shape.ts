import type { Actor, App, Installation } from '../state/actor.ts'
import type { Repository } from '../state/entities.ts'
import type { World } from '../world.ts'
import { iso, type Shape } from './shape.ts'

/** GitHub's `simple-user`. */
export function actorShape(world: World, actor: Actor): Shape {
  const base = world.url()
  const path = encodeURIComponent(actor.login)
  const url = `${base}/users/${path}`
  return {
    login: actor.login,
    id: actor.id,
    node_id: actor.nodeId,
    avatar_url: `${base}/avatars/u/${actor.id}`,
    gravatar_id: '',
    url,
    html_url: actor.type === 'Bot' ? `${base}/apps/${actor.graphqlLogin}` : `${base}/${path}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: actor.type,
    user_view_type: 'public',
    site_admin: false,
  }
}

export const actorOrNull = (world: World, actor: Actor | null): Shape | null =>
  actor === null ? null : actorShape(world, actor)

/** GitHub's `private-user`: what `/user` says of its caller. */
export function ownUserShape(world: World, actor: Actor): Shape {
  const owned = world.state.repositories.all().filter(({ owner }) => owner === actor)
  const shared = owned.filter(({ isPrivate }) => isPrivate).length
  return {
    ...actorShape(world, actor),
    ...{ name: actor.name, company: null, blog: '', location: null, email: actor.email },
    ...{ hireable: null, bio: null, twitter_username: null },
    ...{ public_repos: owned.length - shared, public_gists: 0, followers: 0, following: 0 },
    ...{ created_at: iso(actor.createdAt), updated_at: iso(actor.createdAt) },
    ...{ private_gists: 0, total_private_repos: shared, owned_private_repos: shared },
    ...{ disk_usage: 0, collaborators: 0, two_factor_authentication: true },
  }
}

/** GitHub's `integration`. */
export function appShape(world: World, app: App): Shape {
  const base = world.url()
  const installations = world.state.actors
    .installations()
    .filter((installation) => installation.app === app)
  return {
    id: app.id,
    slug: app.slug,
    node_id: app.nodeId,
    client_id: `Iv23.simulated${app.id}`,
    owner: actorShape(world, app.owner),
    name: app.name,
    description: null,
    external_url: `${base}/${app.owner.login}`,
    html_url: `${base}/apps/${app.slug}`,
    created_at: iso(app.createdAt),
    updated_at: iso(app.createdAt),
    permissions: app.permissions,
    events: [],
    installations_count: installations.length,
  }
}

/** As it stands inside other objects: without what only the app itself is told. */
export function appOrNull(world: World, app: App | null): Shape | null {
  if (app === null) return null
  const { installations_count: _, ...shape } = appShape(world, app)
  return shape
}

export function installationShape(world: World, installation: Installation): Shape {
  const { id, app, account, createdAt } = installation
  const base = world.url()
  const { user_view_type: _, ...described } = actorShape(world, account)
  return {
    id,
    account: described,
    repository_selection: installation.repositoryIds === null ? 'all' : 'selected',
    access_tokens_url: `${base}/app/installations/${id}/access_tokens`,
    repositories_url: `${base}/installation/repositories`,
    html_url: `${base}/settings/installations/${id}`,
    ...{ app_id: app.id, app_slug: app.slug },
    ...{ target_id: account.id, target_type: account.type },
    ...{ permissions: installation.permissions, events: [] },
    ...{ created_at: iso(createdAt), updated_at: iso(createdAt), single_file_name: null },
    ...{ suspended_by: null, suspended_at: null },
  }
}

/** How somebody stands to a repository, as GitHub writes it on what they say. */
export function association(actor: Actor, repository: Repository): string {
  if (actor === repository.owner) return 'OWNER'
  return repository.collaborators.has(actor.id) ? 'COLLABORATOR' : 'NONE'
}
