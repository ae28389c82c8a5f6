import * as z from 'zod'
import type { Effect, EffectPerformer } from '../../contracts/index.ts'
import { AppError, type JsonObject } from '../../shared/index.ts'
import { namesOf } from './names-of.ts'
import type { PerformerParts } from './performer-parts.ts'

type Push = Extract<Effect, { type: 'branch.push' }>

const Ref = z.object({ object: z.object({ sha: z.string() }) })
const Commit = z.object({ sha: z.string(), tree: z.object({ sha: z.string() }) })
const Tree = z.object({ sha: z.string() })

/**
 * One commit on a branch, made from files: tree, commit, branch. A repeat makes the same tree, finds
 * it at the head of the branch and is done.
 */
export function pushBranch({ client }: PerformerParts): EffectPerformer<'branch.push'> {
  const call = async (route: string, parameters: JsonObject, signal: AbortSignal) =>
    (await client.request({ route, parameters, signal })).data
  const git = '/repos/{owner}/{repo}/git'

  const readCommit = async (repository: string, sha: string, signal: AbortSignal) =>
    Commit.parse(
      await call(
        `GET ${git}/commits/{commit_sha}`,
        { ...namesOf(repository), commit_sha: sha },
        signal,
      ),
    )

  const readHead = async ({ repository, branch }: Push, signal: AbortSignal) => {
    try {
      const ref = `heads/${branch}`
      const data = await call(`GET ${git}/ref/{+ref}`, { ...namesOf(repository), ref }, signal)
      return Ref.parse(data).object.sha
    } catch (error) {
      if (error instanceof AppError && error.code === 'github_missing') return null
      throw error
    }
  }

  const makeTree = async ({ repository, base, files }: Push, signal: AbortSignal) => {
    const before = await readCommit(repository, base, signal)
    const tree = files.map(({ path, content }) => ({
      ...{ path, mode: '100644', type: 'blob' },
      ...(content === null ? { sha: null } : { content }),
    }))
    const parameters = { ...namesOf(repository), base_tree: before.tree.sha, tree }
    return Tree.parse(await call(`POST ${git}/trees`, parameters, signal)).sha
  }

  const makeCommit = async (push: Push, tree: string, signal: AbortSignal) => {
    const { repository, message, base } = push
    const parameters = { ...namesOf(repository), message, tree, parents: [base] }
    return Commit.parse(await call(`POST ${git}/commits`, parameters, signal)).sha
  }

  const setHead = async (push: Push, sha: string, { signal, head }: Setting): Promise<void> => {
    const names = namesOf(push.repository)
    if (head === null) {
      await call(`POST ${git}/refs`, { ...names, ref: `refs/heads/${push.branch}`, sha }, signal)
      return
    }
    const parameters = { ...names, ref: `heads/${push.branch}`, sha, force: false }
    await call(`PATCH ${git}/refs/{+ref}`, parameters, signal)
  }

  return {
    class: 'natural',
    perform: async (push, _marker, signal) => {
      const head = await readHead(push, signal)
      const tree = await makeTree(push, signal)
      if (head !== null && head !== push.base) {
        const standing = await readCommit(push.repository, head, signal)
        if (standing.tree.sha === tree) return { branch: push.branch, sha: head }
        throw moved(push, head)
      }
      const sha = await makeCommit(push, tree, signal)
      await setHead(push, sha, { signal, head })
      return { branch: push.branch, sha }
    },
  }
}

type Setting = { readonly signal: AbortSignal; readonly head: string | null }

function moved({ branch, base }: Push, head: string): AppError {
  return new AppError(
    'github_conflict',
    `the branch ${branch} is at ${head.slice(0, 12)}, not at ${base.slice(0, 12)}: somebody pushed to it`,
  )
}

const Dispatched = z.object({ workflow_run_id: z.number(), html_url: z.string() }).partial()

/** Nothing about a run that was started tells who asked for it: tried once at most. */
export function dispatchWorkflow({ client }: PerformerParts): EffectPerformer<'workflow.dispatch'> {
  return {
    class: 'once',
    perform: async ({ repository, workflow, ref, inputs }, _marker, signal) => {
      const { data } = await client.request({
        route: 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
        parameters: {
          ...namesOf(repository),
          ...{ workflow_id: workflow, ref, inputs: { ...inputs }, return_run_details: true },
        },
        signal,
      })
      // Some versions of the API answer with nothing.
      const told = Dispatched.safeParse(data)
      return told.success
        ? { run: told.data.workflow_run_id ?? null, url: told.data.html_url ?? null }
        : { run: null, url: null }
    },
  }
}

const Content = z.object({ sha: z.string(), content: z.string().nullish() })

/** The file as it should be; one that is so already is left alone. */
export function changeWorkflow({ client }: PerformerParts): EffectPerformer<'workflow.change'> {
  const route = '/repos/{owner}/{repo}/contents/{+path}'
  return {
    class: 'natural',
    perform: async ({ repository, branch, path, content, message }, _marker, signal) => {
      const names = { ...namesOf(repository), path }
      const wanted = Buffer.from(content, 'utf8').toString('base64')
      const standing = await readContent({ ...names, ref: branch }, signal)
      if (standing?.content?.replaceAll(/\s/g, '') === wanted) return { path, changed: false }
      const parameters = {
        ...{ ...names, message, branch, content: wanted },
        ...(standing === null ? {} : { sha: standing.sha }),
      }
      await client.request({ route: `PUT ${route}`, parameters, signal })
      return { path, changed: true }
    },
  }

  async function readContent(parameters: JsonObject, signal: AbortSignal) {
    try {
      const { data } = await client.request({ route: `GET ${route}`, parameters, signal })
      return Content.parse(data)
    } catch (error) {
      if (error instanceof AppError && error.code === 'github_missing') return null
      throw error
    }
  }
}
