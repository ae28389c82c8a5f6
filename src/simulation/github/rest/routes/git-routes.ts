import * as z from 'zod'
import type { Ref } from '../../git/bare-repository.ts'
import { identityOf } from '../../git/git-host.ts'
import { type Identity, shaPattern } from '../../git/objects.ts'
import { GitFailure } from '../../git/run-git.ts'
import { blobShape, gitCommitShape, refShape } from '../../shapes/git-shape.ts'
import { repositoryUrl } from '../../shapes/repository-shape.ts'
import { Refusal, refuse } from '../../state/refusal.ts'
import type { Call } from '../call.ts'
import { type Reply, reply } from '../reply.ts'
import { access, type Route } from '../route.ts'
import { checkPaths } from './check-paths.ts'

const Sha = z.string().regex(shaPattern, 'is not a 40 character SHA')
const NewRef = z.object({ ref: z.string(), sha: Sha })
const RefMove = z.object({ sha: Sha, force: z.boolean().optional() })
const NewBlob = z.object({ content: z.string(), encoding: z.enum(['utf-8', 'base64']).optional() })
const modes = ['100644', '100755', '040000', '160000', '120000'] as const
const NewTree = z.object({
  base_tree: z.string().optional(),
  tree: z.array(
    z.object({
      path: z.string().min(1),
      mode: z.enum(modes),
      type: z.enum(['blob', 'tree', 'commit']).optional(),
      sha: Sha.nullish(),
      content: z.string().optional(),
    }),
  ),
})
/** What git can write into a commit. */
const Plain = z
  .string()
  .regex(/^[^\0\n<>]*[^\0\n<>\s.,:;"'][^\0\n<>]*$/, 'is no name that git takes')
const Person = z.object({ name: Plain, email: Plain, date: z.string().optional() })
const NewCommit = z.object({
  message: z.string().regex(/^[^\0]*$/, 'holds a NUL'),
  tree: Sha,
  parents: z.array(Sha).optional(),
  author: Person.optional(),
  committer: Person.optional(),
})

const gitOf = ({ world, repository }: Call) => world.git.of(repository)

async function oneRef(call: Call): Promise<Reply> {
  const name = `refs/${call.param('ref')}`
  const sha = await gitOf(call).ref(name)
  if (sha === null) throw refuse.notFound()
  return reply.ok(refShape(call.world, call.repository, { name, sha, type: 'commit' }))
}

async function matchingRefs(call: Call): Promise<Reply> {
  const start = `refs/${call.param('ref')}`
  const refs = (await gitOf(call).refs()).filter(({ name }) => name.startsWith(start))
  return call.page(refs, (ref: Ref) => refShape(call.world, call.repository, ref))
}

async function createRef(call: Call): Promise<Reply> {
  const { ref: name, sha } = call.read(NewRef)
  const git = gitOf(call)
  if (!name.startsWith('refs/') || !(await git.isValidRef(name))) {
    throw new Refusal(422, `${name} is not a valid ref name.`)
  }
  if ((await git.resolve(sha)) === null) throw new Refusal(422, 'Object does not exist')
  const move = { ref: name, before: null, after: sha }
  if (!(await call.world.git.moveRef(call.repository, move, call.by))) {
    throw new Refusal(422, 'Reference already exists')
  }
  const shape = refShape(call.world, call.repository, { name, sha, type: 'commit' })
  return reply.created(shape, shape.url)
}

async function moveRef(call: Call): Promise<Reply> {
  const { sha, force = false } = call.read(RefMove)
  const name = `refs/${call.param('ref')}`
  const git = gitOf(call)
  const before = await git.ref(name)
  if (before === null) throw new Refusal(422, 'Reference does not exist')
  if ((await git.resolve(sha)) === null) throw new Refusal(422, 'Object does not exist')
  if (!force && !(await git.isAncestor(before, sha))) {
    throw new Refusal(422, 'Update is not a fast forward')
  }
  if (
    !(await call.world.git.moveRef(call.repository, { ref: name, before, after: sha }, call.by))
  ) {
    throw new Refusal(409, 'Reference was updated by somebody else')
  }
  return reply.ok(refShape(call.world, call.repository, { name, sha, type: 'commit' }))
}

async function deleteRef(call: Call): Promise<Reply> {
  const name = `refs/${call.param('ref')}`
  const before = await gitOf(call).ref(name)
  if (before === null) throw new Refusal(422, 'Reference does not exist')
  await call.world.git.moveRef(call.repository, { ref: name, before, after: null }, call.by)
  return reply.nothing()
}

async function createBlob(call: Call): Promise<Reply> {
  const { content, encoding } = call.read(NewBlob)
  const bytes = Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8')
  const sha = await gitOf(call).writeBlob(bytes)
  const url = `${repositoryUrl(call.world, call.repository)}/git/blobs/${sha}`
  return reply.created({ sha, url }, url)
}

async function readBlob(call: Call): Promise<Reply> {
  const sha = await gitOf(call).resolve(call.param('file_sha'), 'blob')
  if (sha === null) throw refuse.notFound()
  const content = await gitOf(call).blob(sha)
  return reply.ok(blobShape(call.world, call.repository, { sha, content }))
}

async function treeReply(call: Call, sha: string, isDeep: boolean): Promise<unknown> {
  const url = `${repositoryUrl(call.world, call.repository)}/git`
  const tree = (await gitOf(call).tree(sha, isDeep)).map((entry) => ({
    ...{ path: entry.path, mode: entry.mode, type: entry.type, sha: entry.sha },
    ...(entry.size === null ? {} : { size: entry.size }),
    url: `${url}/${entry.type}s/${entry.sha}`,
  }))
  return { sha, url: `${url}/trees/${sha}`, tree, truncated: false }
}

async function readTree(call: Call): Promise<Reply> {
  const sha = await gitOf(call).resolve(call.param('tree_sha'), 'tree')
  if (sha === null) throw refuse.notFound()
  return reply.ok(await treeReply(call, sha, call.query.has('recursive')))
}

async function createTree(call: Call): Promise<Reply> {
  const { tree, base_tree } = call.read(NewTree)
  checkPaths(
    call,
    tree.map(({ path }) => path),
  )
  const git = gitOf(call)
  const base = base_tree === undefined ? null : await git.resolve(base_tree, 'tree')
  if (base_tree !== undefined && base === null) throw refuse.notFound()
  const changes: { path: string; mode: string; sha: string | null }[] = []
  for (const { path, mode, sha, content } of tree) {
    const given = content === undefined ? (sha ?? null) : await git.writeBlob(Buffer.from(content))
    const exists = given === null || (await git.resolve(given, mode === '040000' ? 'tree' : 'blob'))
    if (exists === null) throw new Refusal(422, 'tree.sha does not exist in the repository')
    changes.push({ path, mode, sha: given })
  }
  const sha = await git.writeTree(base, changes).catch((cause: unknown) => {
    // Such as a file and a folder of one name.
    if (!(cause instanceof GitFailure)) throw cause
    throw Object.assign(new Refusal(422, 'tree cannot be written'), { cause })
  })
  return reply.created(await treeReply(call, sha, false))
}

async function createCommit(call: Call): Promise<Reply> {
  const wanted = call.read(NewCommit)
  const git = gitOf(call)
  if ((await git.resolve(wanted.tree, 'tree')) === null) {
    throw new Refusal(422, 'Tree SHA does not exist')
  }
  for (const parent of wanted.parents ?? []) {
    if ((await git.resolve(parent)) === null) {
      throw new Refusal(422, 'Parent SHA does not exist or is not a commit object')
    }
  }
  const own = identityOf(call.by.actor, call.world.clock.now())
  const author = person(wanted.author, own)
  const committer = person(wanted.committer, author)
  const { message, tree, parents = [] } = wanted
  const sha = await git.writeCommit({ message, tree, parents, author, committer })
  const shape = gitCommitShape(call.world, call.repository, await git.commit(sha))
  return reply.created(shape, shape.url)
}

function person(given: z.output<typeof Person> | undefined, fallback: Identity): Identity {
  if (given === undefined) return fallback
  const at = given.date === undefined ? fallback.at : Date.parse(given.date)
  if (!(at >= 0 && at < 2 ** 42)) throw refuse.invalid('date is not a valid ISO 8601 date')
  return { name: given.name, email: given.email, at }
}

async function readCommit(call: Call): Promise<Reply> {
  const git = gitOf(call)
  const sha = await git.resolve(call.param('commit_sha'))
  if (sha === null) throw refuse.notFound()
  return reply.ok(gitCommitShape(call.world, call.repository, await git.commit(sha)))
}

const git = '/repos/{owner}/{repo}/git'
const { contentsRead, contentsWrite } = access

/** Git's own objects and refs. */
export const gitRoutes: readonly Route[] = [
  { method: 'GET', template: `${git}/ref/{ref}`, access: contentsRead, handle: oneRef },
  {
    method: 'GET',
    template: `${git}/matching-refs/{ref}`,
    access: contentsRead,
    handle: matchingRefs,
  },
  { method: 'POST', template: `${git}/refs`, access: contentsWrite, handle: createRef },
  { method: 'PATCH', template: `${git}/refs/{ref}`, access: contentsWrite, handle: moveRef },
  { method: 'DELETE', template: `${git}/refs/{ref}`, access: contentsWrite, handle: deleteRef },
  { method: 'POST', template: `${git}/blobs`, access: contentsWrite, handle: createBlob },
  { method: 'GET', template: `${git}/blobs/{file_sha}`, access: contentsRead, handle: readBlob },
  { method: 'POST', template: `${git}/trees`, access: contentsWrite, handle: createTree },
  { method: 'GET', template: `${git}/trees/{tree_sha}`, access: contentsRead, handle: readTree },
  { method: 'POST', template: `${git}/commits`, access: contentsWrite, handle: createCommit },
  {
    method: 'GET',
    template: `${git}/commits/{commit_sha}`,
    access: contentsRead,
    handle: readCommit,
  },
]
