import * as z from 'zod'
import { changedFiles } from '../../git/changed-files.ts'
import { commitShape } from '../../shapes/git-shape.ts'
import { fileShape, pullShape, simplePullShape } from '../../shapes/pull-shape.ts'
import type { PullIssue } from '../../state/pulls.ts'
import { refuse } from '../../state/refusal.ts'
import type { Call } from '../call.ts'
import { type Reply, reply } from '../reply.ts'
import { access, creating, type Route } from '../route.ts'

const NewPull = z.object({
  title: z.string().optional(),
  issue: z.int().optional(),
  head: z.string(),
  base: z.string(),
  body: z.string().nullish(),
  draft: z.boolean().optional(),
})

const PullEdit = z.object({
  title: z.string().optional(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']).optional(),
  base: z.string().optional(),
})

const Merge = z.object({
  sha: z.string().optional(),
  merge_method: z.enum(['merge', 'squash', 'rebase']).optional(),
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
})

const Update = z.object({ expected_head_sha: z.string().optional() }).nullish()

/** A single pull request with the figures that need git. */
async function whole(call: Call, issue: PullIssue): Promise<unknown> {
  const { world } = call
  const git = world.git.of(issue.repository)
  const { head, base, mergedAt } = issue.pull
  const isOpen = issue.state === 'open'
  const stale = isOpen && world.staleMergeable()
  const start = (await git.mergeBase(base.sha, head.sha)) ?? base.sha
  const [files, commits, mergeability] = await Promise.all([
    changedFiles(git, start, head.sha),
    git.commitsBetween(start, head.sha),
    // Reckoned even where the answer says that it is not known yet: the next reading will know.
    isOpen ? world.pulls.mergeability(issue) : null,
  ])
  const known = stale || mergedAt !== null ? null : mergeability
  const state = world.pulls.mergeState(issue, known ?? 'UNKNOWN')
  return pullShape(world, issue, {
    ...{ mergeable: known === null ? null : known === 'MERGEABLE', files },
    ...{ mergeableState: state.toLowerCase(), commits: commits.length },
  })
}

async function create(call: Call): Promise<Reply> {
  const { title, head, base, body, draft } = call.read(NewPull)
  if (title === undefined) {
    throw refuse.invalid({ resource: 'PullRequest', code: 'missing_field', field: 'title' })
  }
  const wanted = { title, head, base, body: body ?? null, isDraft: draft ?? false }
  const issue = await call.world.pulls.open(call.repository, wanted, call.by)
  const shape = await whole(call, issue)
  return reply.created(shape, simplePullShape(call.world, issue).url)
}

function list(call: Call): Reply {
  const { query, repository, world } = call
  const state = query.get('state') ?? 'open'
  const head = query.get('head')?.replace(`${repository.owner.login}:`, '')
  const base = query.get('base')
  const chosen = world.state.pulls
    .all(repository)
    .filter((issue) => state === 'all' || issue.state === state)
    .filter(({ pull }) => head === undefined || pull.head.ref === head)
    .filter(({ pull }) => base === null || pull.base.ref === base)
  const key = query.get('sort') === 'updated' ? 'updatedAt' : 'createdAt'
  const fallback = query.has('sort') ? 'asc' : 'desc'
  const sign = (query.get('direction') ?? fallback) === 'asc' ? 1 : -1
  chosen.sort((a, b) => sign * (a[key] - b[key] || a.number - b.number))
  return call.page(chosen, (issue) => simplePullShape(world, issue))
}

async function update(call: Call): Promise<Reply> {
  const { pull: issue, by, world } = call
  const { title, body, state, base } = call.read(PullEdit)
  world.state.issues.edit(
    issue,
    { ...(title === undefined ? {} : { title }), ...(body === undefined ? {} : { body }) },
    by,
  )
  if (base !== undefined) {
    const sha = await world.git.of(call.repository).branch(base)
    if (sha === null) {
      throw refuse.invalid({ resource: 'PullRequest', code: 'invalid', field: 'base' })
    }
    world.state.pulls.changeBase(issue, { ref: base, sha }, by)
  }
  if (state === 'closed') world.state.issues.close(issue, null, by)
  if (state === 'open') world.state.issues.reopen(issue, by)
  return reply.ok(await whole(call, issue))
}

async function merge(call: Call): Promise<Reply> {
  const wanted = call.read(Merge)
  const sha = await call.world.pulls.merge(
    call.pull,
    {
      method: wanted.merge_method ?? 'merge',
      ...{ expectedSha: wanted.sha, title: wanted.commit_title, message: wanted.commit_message },
    },
    call.by,
  )
  return reply.ok({ sha, merged: true, message: 'Pull Request successfully merged' })
}

async function updateBranch(call: Call): Promise<Reply> {
  const { pull: issue, world } = call
  await world.pulls.updateBranch(issue, call.read(Update)?.expected_head_sha, call.by)
  const url = simplePullShape(world, issue).url
  return reply.accepted({ message: 'Updating pull request branch.', url })
}

async function start(call: Call): Promise<string> {
  const { head, base } = call.pull.pull
  return (await call.world.git.of(call.repository).mergeBase(base.sha, head.sha)) ?? base.sha
}

async function files(call: Call): Promise<Reply> {
  const { pull: issue, world } = call
  const git = world.git.of(call.repository)
  const changed = await changedFiles(git, await start(call), issue.pull.head.sha)
  return call.page(changed, (file) => fileShape(world, issue, file))
}

async function commits(call: Call): Promise<Reply> {
  const git = call.world.git.of(call.repository)
  const shas = await git.commitsBetween(await start(call), call.pull.pull.head.sha)
  return await call.pageAsync(shas, async (sha) =>
    commitShape(call.world, call.repository, await git.commit(sha)),
  )
}

const pull = '/repos/{owner}/{repo}/pulls/{pull_number}'

/** Pull requests: open, read, change, merge. */
export const pullRoutes: readonly Route[] = [
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/pulls',
    access: access.pullsRead,
    handle: list,
  },
  {
    method: 'POST',
    template: '/repos/{owner}/{repo}/pulls',
    access: creating(access.pullsWrite),
    handle: create,
  },
  {
    method: 'GET',
    template: pull,
    access: access.pullsRead,
    handle: async (call) => reply.ok(await whole(call, call.pull)),
  },
  { method: 'PATCH', template: pull, access: access.pullsWrite, handle: update },
  { method: 'GET', template: `${pull}/files`, access: access.pullsRead, handle: files },
  { method: 'GET', template: `${pull}/commits`, access: access.pullsRead, handle: commits },
  { method: 'PUT', template: `${pull}/merge`, access: access.contentsWrite, handle: merge },
  {
    method: 'GET',
    template: `${pull}/merge`,
    access: access.pullsRead,
    handle: (call) => {
      if (call.pull.pull.mergedAt === null) throw refuse.notFound()
      return reply.nothing()
    },
  },
  {
    method: 'PUT',
    template: `${pull}/update-branch`,
    access: access.pullsWrite,
    handle: updateBranch,
  },
]
