import { permissions as roles, type Token, type TokenPermissions } from '../state/actor.ts'
import type { Actors } from '../state/actors.ts'
import type { Repository } from '../state/entities.ts'
import { Refusal, refuse } from '../state/refusal.ts'
import type { Access } from './route.ts'

const strength = { read: 1, write: 2, admin: 3 } as const

/** `issues=write; pull_requests=write`: alternatives apart by `;`. */
export const acceptedPermissions = ({ permissions }: Access): string =>
  permissions
    .map((needed) =>
      Object.entries(needed)
        .map(([name, level]) => `${name}=${level}`)
        .join(','),
    )
    .join('; ')

/** Whether this token may even know that the repository is there. */
export function canSee(actors: Actors, token: Token, repository: Repository): boolean {
  if (!repository.isPrivate) return true
  if (token.kind === 'classic') {
    return token.scopes.includes('repo') && actors.may(token.actor, repository, 'read')
  }
  if (!isSelected(token, repository)) return false
  return isOfApp(token) || actors.may(token.actor, repository, 'read')
}

/** Throws the 403 or 404 that GitHub would answer. */
export function checkAccess(
  actors: Actors,
  token: Token,
  { repository, access }: { readonly repository: Repository | null; readonly access: Access },
): void {
  if (repository !== null && !canSee(actors, token, repository)) throw refuse.notFound()
  if (access.refusedKinds?.includes(token.kind) === true) throw inaccessible(token)
  if (access.permissions.length === 0 || repository === null) return
  if (token.kind === 'classic') checkScopes(token, repository, access)
  else if (!hasPermission(token, repository, access)) throw inaccessible(token)
  if (!isOfApp(token) && !actors.may(token.actor, repository, access.role)) {
    throw new Refusal(403, roleMessage(access))
  }
  if (repository.isArchived && isWriting(access)) {
    throw new Refusal(403, 'Repository was archived so is read-only.')
  }
}

const roleMessage = ({ role }: Access): string =>
  role === 'admin'
    ? 'Must have admin rights to Repository.'
    : `Must have ${role === 'triage' ? 'triage' : 'push'} access to Repository.`

const isWriting = ({ permissions }: Access): boolean =>
  permissions.some((needed) => Object.values(needed).some((level) => level !== 'read'))

const isOfApp = ({ kind }: Token): boolean => kind === 'installation' || kind === 'github_token'

function isSelected(token: Token, repository: Repository): boolean {
  if (token.repositoryIds !== null) return token.repositoryIds.includes(repository.id)
  const { installation } = token
  if (installation === null) return true
  if (installation.account !== repository.owner) return false
  return installation.repositoryIds?.includes(repository.id) ?? true
}

function inaccessible({ kind }: Token): Refusal {
  const by = kind === 'fine_grained' ? 'personal access token' : 'integration'
  return new Refusal(403, `Resource not accessible by ${by}`)
}

function checkScopes(token: Token, repository: Repository, access: Access): void {
  const fallback = repository.isPrivate ? ['repo'] : ['repo', 'public_repo']
  const accepted = access.scopes ?? fallback
  const needsNone = !repository.isPrivate && !isWriting(access) && access.scopes === undefined
  if (needsNone || accepted.some((scope) => token.scopes.includes(scope))) return
  // GitHub hides what a classic token has no scope for.
  throw refuse.notFound()
}

function hasPermission(token: Token, repository: Repository, access: Access): boolean {
  if (!isSelected(token, repository)) return !isWriting(access)
  return access.permissions.some((needed) => covers(token.permissions, needed))
}

/** Metadata comes with every other permission. */
export function covers(given: TokenPermissions, needed: TokenPermissions): boolean {
  return Object.entries(needed).every(([name, level]) => {
    if (name === 'metadata') return Object.keys(given).length > 0
    const has = given[name]
    return has !== undefined && strength[has] >= strength[level]
  })
}

/** Whether the caller may dress an issue: labels and assignees of others are silently dropped. */
export function mayTriage(actors: Actors, token: Token, repository: Repository): boolean {
  if (isOfApp(token)) return true
  return roles.indexOf(actors.permissionOf(token.actor, repository)) >= roles.indexOf('triage')
}
