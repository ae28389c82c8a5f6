import * as z from 'zod'
import { identityOf } from '../../git/git-host.ts'
import type { TreeEntry } from '../../git/objects.ts'
import { gitCommitShape, inLines } from '../../shapes/git-shape.ts'
import { repositoryPage, repositoryUrl } from '../../shapes/repository-shape.ts'
import { Refusal, refuse } from '../../state/refusal.ts'
import type { Call } from '../call.ts'
import { type Reply, reply } from '../reply.ts'
import { access, creating, type Route } from '../route.ts'
import { checkPaths } from './check-paths.ts'

const Put = z.object({
  message: z.string().regex(/^[^\0]*$/, 'holds a NUL'),
  content: z.string(),
  sha: z.string().optional(),
  branch: z.string().optional(),
  author: z.object({ name: z.string(), email: z.string() }).optional(),
})
const Delete = z.object({
  message: z.string().regex(/^[^\0]*$/, 'holds a NUL'),
  sha: z.string(),
  branch: z.string().optional(),
})

type Found = {
  readonly path: string
  readonly sha: string
  readonly size: number
  readonly type: string
}

function entryShape(call: Call, ref: string, { path, sha, size, type }: Found) {
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  const base = repositoryUrl(call.world, call.repository)
  const page = repositoryPage(call.world, call.repository)
  const isDirectory = type === 'dir'
  const git = `${base}/git/${isDirectory ? 'trees' : 'blobs'}/${sha}`
  const html = `${page}/${isDirectory ? 'tree' : 'blob'}/${ref}/${encoded}`
  const url = `${base}/contents/${encoded}?ref=${encodeURIComponent(ref)}`
  return {
    ...{ type, name: path.split('/').at(-1) ?? path, path, sha, size },
    ...{ url, html_url: html, git_url: git },
    download_url: isDirectory ? null : `${page}/raw/${ref}/${encoded}`,
    _links: { self: url, git, html },
  }
}

async function readContents(call: Call): Promise<Reply> {
  const git = call.world.git.of(call.repository)
  const ref = call.query.get('ref') ?? call.repository.defaultBranch
  const path = call.param('path').replace(/\/+$/, '')
  const commit = await git.resolve(ref)
  const sha = commit === null ? null : await git.entryAt(commit, path)
  if (sha === null) throw refuse.notFound()
  if ((await git.resolve(sha, 'tree')) === sha) {
    const prefix = path === '' ? '' : `${path}/`
    const entries = (await git.tree(sha)).map((entry) => fromTree(prefix, entry))
    return reply.ok(entries.map((entry) => entryShape(call, ref, entry)))
  }
  const content = await git.blob(sha)
  const found = { path, sha, size: content.length, type: 'file' }
  return reply.ok({
    ...entryShape(call, ref, found),
    ...{ content: inLines(content), encoding: 'base64' },
  })
}

function fromTree(prefix: string, { path, sha, size, type }: TreeEntry): Found {
  return { path: prefix + path, sha, size: size ?? 0, type: type === 'tree' ? 'dir' : 'file' }
}

async function putContents(call: Call): Promise<Reply> {
  const wanted = call.read(Put)
  const path = call.param('path')
  const content = Buffer.from(wanted.content, 'base64')
  const { existed, commit } = await commitOne(call, { ...wanted, path }, content)
  const git = call.world.git.of(call.repository)
  const sha = (await git.entryAt(commit, path)) ?? ''
  const branch = wanted.branch ?? call.repository.defaultBranch
  const body = {
    content: entryShape(call, branch, { path, sha, size: content.length, type: 'file' }),
    commit: gitCommitShape(call.world, call.repository, await git.commit(commit)),
  }
  return existed ? reply.ok(body) : reply.created(body)
}

async function deleteContents(call: Call): Promise<Reply> {
  const wanted = call.read(Delete)
  const { commit } = await commitOne(call, { ...wanted, path: call.param('path') }, null)
  const read = await call.world.git.of(call.repository).commit(commit)
  return reply.ok({ content: null, commit: gitCommitShape(call.world, call.repository, read) })
}

type OneFile = {
  readonly path: string
  readonly message: string
  readonly sha?: string | undefined
  readonly branch?: string | undefined
}

async function commitOne(
  call: Call,
  { path, message, sha, branch = call.repository.defaultBranch }: OneFile,
  content: Buffer | null,
): Promise<{ readonly existed: boolean; readonly commit: string }> {
  checkPaths(call, [path])
  const { world, repository } = call
  const git = world.git.of(repository)
  return await git.exclusively(async () => {
    const before = await git.branch(branch)
    if (before === null) throw new Refusal(404, `Branch ${branch} not found`)
    const there = await git.entryAt(before, path)
    if (there !== null && sha === undefined) {
      throw new Refusal(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    }
    if (sha !== undefined && sha !== there) {
      throw new Refusal(409, `${path} does not match ${sha}`)
    }
    const blob = content === null ? null : await git.writeBlob(content)
    const { tree } = await git.commit(before)
    const author = identityOf(call.by.actor, world.clock.now())
    const commit = await git.writeCommit({
      tree: await git.writeTree(tree, [{ path, mode: '100644', sha: blob }]),
      ...{ parents: [before], author, committer: author, message },
    })
    const move = { ref: `refs/heads/${branch}`, before, after: commit }
    if (!(await world.git.moveRef(repository, move, call.by))) {
      throw new Refusal(409, `is at another commit but expected ${before}`)
    }
    return { existed: there !== null, commit }
  })
}

const contents = '/repos/{owner}/{repo}/contents/{path}'

/** Files, one commit each. */
export const contentsRoutes: readonly Route[] = [
  { method: 'GET', template: contents, access: access.contentsRead, handle: readContents },
  {
    method: 'PUT',
    template: contents,
    access: creating(access.contentsWrite),
    handle: putContents,
  },
  { method: 'DELETE', template: contents, access: access.contentsWrite, handle: deleteContents },
]
