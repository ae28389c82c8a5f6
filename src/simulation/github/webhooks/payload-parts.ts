import { pathToFileURL } from 'node:url'
import type { Json } from '../../../shared/index.ts'
import { actorShape } from '../shapes/actor-shape.ts'
import { issueShape } from '../shapes/issue-shape.ts'
import { pullShape, simplePullShape } from '../shapes/pull-shape.ts'
import { repositoryShape } from '../shapes/repository-shape.ts'
import type { Shape } from '../shapes/shape.ts'
import type { Issue, Repository } from '../state/entities.ts'
import type { PullIssue } from '../state/pulls.ts'
import type { World } from '../world.ts'

/** One event as one repository's hooks are told it. */
export type Outgoing = {
  readonly repository: Repository
  readonly event: string
  readonly action: string | null
  /** As it was when it happened. */
  readonly payload: Shape
  /** Adds what git has to be asked for. */
  readonly complete: ((payload: Shape) => Promise<Shape>) | null
}

export function without(shape: Shape, ...keys: readonly string[]): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([key]) => !keys.includes(key)))
}

/** A repository inside of something. */
export const innerRepository = (world: World, repository: Repository): Shape => ({
  ...repositoryShape(world, repository),
  ...cloneAddress(repository),
})

/** GitHub's `repository-webhooks`. */
const repositoryPart = (world: World, repository: Repository): Shape => ({
  ...innerRepository(world, repository),
  custom_properties: {},
})

/** Webhooks want an address: git takes one of a path on this machine, too. */
function cloneAddress({ path }: Repository): Shape {
  const { href } = pathToFileURL(path)
  return { clone_url: href, git_url: href }
}

/** GitHub's `webhooks_issue`: REST's without the two fields that webhooks do not have. */
export const issuePart = (world: World, issue: Issue): Shape => ({
  draft: false,
  ...without(issueShape(world, issue), 'closed_by', 'parent_issue_url'),
})

const notCounted = { mergeable: null, mergeableState: 'unknown', commits: 0, files: [] }

/** GitHub's `pull-request-webhook`; what git counts is filled in before it is sent. */
export const pullPart = (world: World, issue: PullIssue): Shape =>
  withInnerRepositories(world, issue, pullShape(world, issue, notCounted))

/** As reviews carry it: no figures. */
export const plainPullPart = (world: World, issue: PullIssue): Shape =>
  withInnerRepositories(world, issue, simplePullShape(world, issue))

function withInnerRepositories(world: World, { repository, pull }: PullIssue, shape: Shape): Shape {
  const end = ({ ref, sha }: { readonly ref: string; readonly sha: string }): Shape => ({
    ...{ label: `${repository.owner.login}:${ref}`, ref, sha },
    user: actorShape(world, repository.owner),
    repo: innerRepository(world, repository),
  })
  return { ...shape, head: end(pull.head), base: end(pull.base) }
}

/** What every payload ends with. */
export function surroundings(world: World, repository: Repository, sender: Json): Shape {
  const { owner } = repository
  return {
    repository: repositoryPart(world, repository),
    ...(owner.type === 'Organization' ? { organization: organizationPart(world, owner) } : {}),
    sender,
  }
}

function organizationPart(world: World, owner: Repository['owner']): Shape {
  const url = `${world.url()}/orgs/${encodeURIComponent(owner.login)}`
  const { login, id, nodeId } = owner
  return {
    ...{ login, id, node_id: nodeId, url, repos_url: `${url}/repos`, events_url: `${url}/events` },
    ...{ hooks_url: `${url}/hooks`, issues_url: `${url}/issues` },
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    ...{ avatar_url: `${world.url()}/avatars/u/${id}`, description: '' },
  }
}

export const senderPart = actorShape
