import { type Actor, type Permission, permissions } from '../state/actor.ts'
import type { Label, Repository } from '../state/entities.ts'
import type { World } from '../world.ts'
import { actorShape } from './actor-shape.ts'
import { iso, type Shape } from './shape.ts'

export const repositoryUrl = (world: World, { owner, name }: Repository): string =>
  `${world.url()}/repos/${encodeURIComponent(owner.login)}/${encodeURIComponent(name)}`

export const repositoryPage = (world: World, { owner, name }: Repository): string =>
  `${world.url()}/${encodeURIComponent(owner.login)}/${encodeURIComponent(name)}`

/** The templates that stand in every form of a repository, by what follows its address. */
const templates = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
} as const

/** GitHub's `minimal-repository`; of it and no more inside most objects. */
export function minimalRepositoryShape(world: World, repository: Repository): Shape {
  const url = repositoryUrl(world, repository)
  const links = Object.entries(templates).map(([key, rest]) => [key, url + rest] as const)
  return {
    id: repository.id,
    node_id: repository.nodeId,
    name: repository.name,
    full_name: repository.fullName,
    private: repository.isPrivate,
    owner: actorShape(world, repository.owner),
    html_url: repositoryPage(world, repository),
    description: repository.description,
    fork: false,
    url,
    ...Object.fromEntries(links),
  }
}

/** GitHub's `repository`. Its clone address is a path on this machine. */
export function repositoryShape(world: World, repository: Repository, viewer?: Actor): Shape {
  const openIssues = [...repository.issues.values()].filter(({ state }) => state === 'open').length
  const seen: Shape = viewer === undefined ? {} : { permissions: rights(world, repository, viewer) }
  return {
    ...minimalRepositoryShape(world, repository),
    ...{ git_url: repository.path, ssh_url: repository.path, clone_url: repository.path },
    ...{ svn_url: repositoryPage(world, repository), mirror_url: null, homepage: null },
    ...{ size: 0, stargazers_count: 0, watchers_count: 0, language: null },
    ...{ has_issues: repository.hasIssues, has_projects: false, has_downloads: true },
    ...{ has_wiki: false, has_pages: false, has_discussions: false },
    ...{ forks_count: 0, archived: repository.isArchived, disabled: false },
    ...{ open_issues_count: openIssues, license: null, allow_forking: true, is_template: false },
    ...{ web_commit_signoff_required: false, topics: [] },
    visibility: repository.isPrivate ? 'private' : 'public',
    ...{ forks: 0, open_issues: openIssues, watchers: 0 },
    default_branch: repository.defaultBranch,
    ...{ allow_merge_commit: true, allow_squash_merge: true, allow_rebase_merge: true },
    ...{ allow_auto_merge: repository.allowAutoMerge },
    ...{ delete_branch_on_merge: repository.deleteBranchOnMerge },
    created_at: iso(repository.createdAt),
    updated_at: iso(repository.updatedAt),
    pushed_at: iso(repository.pushedAt),
    ...seen,
  }
}

/** GitHub's `full-repository`: what one repository alone is asked for. */
export const fullRepositoryShape = (
  world: World,
  repository: Repository,
  viewer?: Actor,
): Shape => ({
  ...repositoryShape(world, repository, viewer),
  ...{ network_count: 0, subscribers_count: 0 },
})

function rights(world: World, repository: Repository, viewer: Actor): Shape {
  const may = (least: Permission): boolean => world.state.actors.may(viewer, repository, least)
  const names = { admin: 'admin', maintain: 'maintain', push: 'write', triage: 'triage' } as const
  const entries = Object.entries(names).map(([name, least]) => [name, may(least)])
  return { ...Object.fromEntries(entries), pull: may('read') }
}

/** What `/collaborators/{user}/permission` calls it: five roles in four words. */
export function permissionWord(permission: Permission): string {
  if (permission === 'maintain') return 'write'
  if (permission === 'triage') return 'read'
  return permissions.includes(permission) ? permission : 'none'
}

export function labelShape(world: World, label: Label): Shape {
  const { id, nodeId, name, color, description, repository } = label
  const url = `${repositoryUrl(world, repository)}/labels/${encodeURIComponent(name)}`
  const isDefault = ['bug', 'documentation', 'enhancement'].includes(name)
  return { id, node_id: nodeId, url, name, description, color, default: isDefault }
}
