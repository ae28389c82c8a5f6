import { changedFiles } from '../../git/changed-files.ts'
import { commitShape } from '../../shapes/git-shape.ts'
import { changedFileShape } from '../../shapes/pull-shape.ts'
import { repositoryPage, repositoryUrl } from '../../shapes/repository-shape.ts'
import type { Shape } from '../../shapes/shape.ts'
import { refuse } from '../../state/refusal.ts'
import type { Call } from '../call.ts'
import { pageOf, type Reply, reply } from '../reply.ts'
import { access, type Route } from '../route.ts'

/** GitHub shows no more than this of a comparison at once. */
const mostCommits = 250
const mostFiles = 300

const gitOf = ({ world, repository }: Call) => world.git.of(repository)

async function commitOf(call: Call, name: string): Promise<string> {
  const sha = await gitOf(call).resolve(name)
  if (sha === null) throw refuse.notFound()
  return sha
}

async function shapeOf(call: Call, sha: string): Promise<Shape> {
  return commitShape(call.world, call.repository, await gitOf(call).commit(sha))
}

async function compare(call: Call): Promise<Reply> {
  const [base = '', head = ''] = call.param('basehead').split('...')
  const names = [base, head].map((name) => name.replace(`${call.repository.owner.login}:`, ''))
  const [from, to] = [await commitOf(call, names[0] ?? ''), await commitOf(call, names[1] ?? '')]
  const git = gitOf(call)
  const start = await git.mergeBase(from, to)
  if (start === null) throw refuse.notFound()
  const ahead = await git.commitsBetween(from, to)
  const behind = await git.commitsBetween(to, from)
  const { page, perPage } = pageOf(call.query)
  const most = call.query.has('per_page') ? perPage : mostCommits
  const shown = ahead.slice((page - 1) * most, page * most)
  const files = await changedFiles(git, start, to)
  const at = { repository: call.repository, sha: to }
  const url = `${repositoryUrl(call.world, call.repository)}/compare/${base}...${head}`
  const html = `${repositoryPage(call.world, call.repository)}/compare/${base}...${head}`
  return reply.ok({
    ...{ url, html_url: html, permalink_url: html },
    ...{ diff_url: `${html}.diff`, patch_url: `${html}.patch` },
    base_commit: await shapeOf(call, from),
    merge_base_commit: await shapeOf(call, start),
    status: comparison(ahead.length, behind.length),
    ...{ ahead_by: ahead.length, behind_by: behind.length, total_commits: ahead.length },
    commits: await Promise.all(shown.map((sha) => shapeOf(call, sha))),
    files: files.slice(0, mostFiles).map((file) => changedFileShape(call.world, at, file)),
  })
}

function comparison(ahead: number, behind: number): string {
  if (ahead > 0) return behind > 0 ? 'diverged' : 'ahead'
  return behind > 0 ? 'behind' : 'identical'
}

async function branches(call: Call): Promise<Reply> {
  const refs = await gitOf(call).refs('refs/heads/')
  const url = repositoryUrl(call.world, call.repository)
  return call.page(refs, ({ name, sha }) => ({
    name: name.replace('refs/heads/', ''),
    commit: { sha, url: `${url}/commits/${sha}` },
    protected: isProtected(call, name.replace('refs/heads/', '')),
  }))
}

const isProtected = ({ repository }: Call, branch: string): boolean =>
  branch === repository.defaultBranch &&
  (repository.requiredApprovals > 0 || repository.requiredChecks.length > 0)

async function branch(call: Call): Promise<Reply> {
  const name = call.param('branch')
  const sha = await gitOf(call).branch(name)
  if (sha === null) throw refuse.notFound()
  const self = `${repositoryUrl(call.world, call.repository)}/branches/${encodeURIComponent(name)}`
  const isSafe = isProtected(call, name)
  return reply.ok({
    ...{ name, commit: await shapeOf(call, sha), protected: isSafe },
    _links: { self, html: `${repositoryPage(call.world, call.repository)}/tree/${name}` },
    protection: {
      enabled: isSafe,
      required_status_checks: {
        ...{ enforcement_level: isSafe ? 'everyone' : 'off', checks: [] },
        contexts: isSafe ? call.repository.requiredChecks : [],
      },
    },
    protection_url: `${self}/protection`,
  })
}

async function commits(call: Call): Promise<Reply> {
  const from = await commitOf(call, call.query.get('sha') ?? call.repository.defaultBranch)
  const shas = await gitOf(call).log(from, 10_000)
  return await call.pageAsync(shas, (sha) => shapeOf(call, sha))
}

async function commit(call: Call): Promise<Reply> {
  const sha = await commitOf(call, call.param('ref'))
  const git = gitOf(call)
  const read = await git.commit(sha)
  const files = await changedFiles(git, read.parents[0] ?? null, sha)
  const at = { repository: call.repository, sha }
  const sum = (key: 'additions' | 'deletions'): number =>
    files.reduce((total, file) => total + file[key], 0)
  const [additions, deletions] = [sum('additions'), sum('deletions')]
  return reply.ok({
    ...commitShape(call.world, call.repository, read),
    stats: { additions, deletions, total: additions + deletions },
    files: files.slice(0, mostFiles).map((file) => changedFileShape(call.world, at, file)),
  })
}

const repository = '/repos/{owner}/{repo}'

/** Commits as web pages show them, branches and comparisons. */
export const commitRoutes: readonly Route[] = [
  {
    method: 'GET',
    template: `${repository}/compare/{basehead}`,
    access: access.contentsRead,
    handle: compare,
  },
  {
    method: 'GET',
    template: `${repository}/branches`,
    access: access.contentsRead,
    handle: branches,
  },
  {
    method: 'GET',
    template: `${repository}/branches/{branch}`,
    access: access.contentsRead,
    handle: branch,
  },
  {
    method: 'GET',
    template: `${repository}/commits`,
    access: access.contentsRead,
    handle: commits,
  },
  {
    method: 'GET',
    template: `${repository}/commits/{ref}`,
    access: access.contentsRead,
    handle: commit,
  },
]
