import type { Ref } from '../git/bare-repository.ts'
import type { Commit, Identity } from '../git/objects.ts'
import type { Actor } from '../state/actor.ts'
import type { Repository } from '../state/entities.ts'
import type { World } from '../world.ts'
import { actorOrNull } from './actor-shape.ts'
import { repositoryPage, repositoryUrl } from './repository-shape.ts'
import { iso, type Shape } from './shape.ts'

const person = ({ name, email, at }: Identity): Shape => ({ name, email, date: iso(at) })

const verification = {
  ...{ verified: false, reason: 'unsigned', signature: null },
  ...{ payload: null, verified_at: null },
}

const nodeIdOf = (prefix: string, repository: Repository, name: string): string =>
  prefix + Buffer.from(`${repository.id}:${name}`).toString('base64url')

export function refShape(world: World, repository: Repository, ref: Ref): Shape {
  const url = repositoryUrl(world, repository)
  return {
    ref: ref.name,
    node_id: nodeIdOf('REF_', repository, ref.name),
    url: `${url}/git/${ref.name}`,
    object: { sha: ref.sha, type: ref.type, url: `${url}/git/${ref.type}s/${ref.sha}` },
  }
}

/** GitHub's `git-commit`: of the git data endpoints. */
export function gitCommitShape(world: World, repository: Repository, commit: Commit): Shape {
  const url = `${repositoryUrl(world, repository)}/git`
  const page = `${repositoryPage(world, repository)}/commit`
  return {
    ...{ sha: commit.sha, node_id: nodeIdOf('C_', repository, commit.sha) },
    ...{ url: `${url}/commits/${commit.sha}`, html_url: `${page}/${commit.sha}` },
    ...{ author: person(commit.author), committer: person(commit.committer) },
    tree: { sha: commit.tree, url: `${url}/trees/${commit.tree}` },
    message: commit.message.trimEnd(),
    parents: commit.parents.map((sha) => ({
      ...{ sha, url: `${url}/commits/${sha}`, html_url: `${page}/${sha}` },
    })),
    verification,
  }
}

/** GitHub's `commit`: of lists, comparisons and branches. */
export function commitShape(world: World, repository: Repository, commit: Commit): Shape {
  const url = repositoryUrl(world, repository)
  const page = `${repositoryPage(world, repository)}/commit`
  return {
    url: `${url}/commits/${commit.sha}`,
    ...{ sha: commit.sha, node_id: nodeIdOf('C_', repository, commit.sha) },
    html_url: `${page}/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    commit: {
      url: `${url}/git/commits/${commit.sha}`,
      ...{ author: person(commit.author), committer: person(commit.committer) },
      ...{ message: commit.message.trimEnd(), comment_count: 0 },
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      verification,
    },
    author: actorOrNull(world, whoIs(world, commit.author)),
    committer: actorOrNull(world, whoIs(world, commit.committer)),
    parents: commit.parents.map((sha) => ({
      ...{ sha, url: `${url}/commits/${sha}`, html_url: `${page}/${sha}` },
    })),
  }
}

/** GitHub's `simple-commit`: of check suites, runs and webhooks. */
export function simpleCommitShape(commit: Commit): Shape {
  const { author, committer } = commit
  return {
    ...{ id: commit.sha, tree_id: commit.tree, message: commit.message.trimEnd() },
    timestamp: iso(committer.at),
    author: { name: author.name, email: author.email },
    committer: { name: committer.name, email: committer.email },
  }
}

/** Whose the address is: GitHub knows its own no-reply addresses by the id in front. */
function whoIs(world: World, { email }: Identity): Actor | null {
  const login = /^\d+\+(.+)@users\.noreply\.github\.com$/.exec(email)?.[1]
  return login === undefined ? null : (world.state.actors.find(login) ?? null)
}

export function blobShape(
  world: World,
  repository: Repository,
  blob: { readonly sha: string; readonly content: Buffer },
): Shape {
  const { sha, content } = blob
  return {
    ...{ sha, node_id: nodeIdOf('B_', repository, sha), size: content.length },
    url: `${repositoryUrl(world, repository)}/git/blobs/${sha}`,
    ...{ content: inLines(content), encoding: 'base64' },
  }
}

/** Base64 as GitHub writes it: in lines of 60. */
export const inLines = (content: Buffer): string =>
  content.toString('base64').replace(/.{1,60}/g, '$&\n')
