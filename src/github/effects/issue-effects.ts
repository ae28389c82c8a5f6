import * as z from 'zod'
import type { Effect, EffectMarker, EffectPerformer } from '../../contracts/index.ts'
import type { JsonObject } from '../../shared/index.ts'
import { AppError } from '../../shared/index.ts'
import { namesOf } from './names-of.ts'
import { isOurs, type PerformerParts, stamped } from './performer-parts.ts'

type Of<Type extends Effect['type']> = Extract<Effect, { type: Type }>

const Issue = z.object({
  id: z.number(),
  node_id: z.string(),
  number: z.number(),
  html_url: z.string(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
})
const Made = z.object({
  createIssue: z.object({
    issue: z.object({
      id: z.string(),
      number: z.number(),
      url: z.string(),
      databaseId: z.number().nullish(),
    }),
  }),
})
const Comment = z.object({
  id: z.number(),
  html_url: z.string(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
})

const issuePath = '/repos/{owner}/{repo}/issues/{issue_number}'
const mostPages = 10

const onIssue = ({ repository, number }: { repository: string; number: number }): JsonObject => ({
  ...namesOf(repository),
  issue_number: number,
})

export function createIssue(parts: PerformerParts): EffectPerformer<'issue.create'> {
  const place = (effect: Of<'issue.create'>) => ({
    repository: effect.repository,
    purpose: 'issue.create',
    number: null,
  })
  return {
    class: 'marked',
    perform: async (effect, marker, signal) => {
      const { client, facts } = parts
      const { repository, title, labels, parent } = effect
      const { id: repositoryId } = await facts.of(repository, signal)
      const labelIds = await facts.labelIds(repository, labels, signal)
      const parentIssueId =
        parent === null ? null : await nodeIdOf(parts, { repository, number: parent }, signal)
      const body = stamped(parts, effect.body, { marker, place: place(effect) })
      const input = {
        ...{ repositoryId, title, body, labelIds: [...labelIds] },
        ...(parentIssueId === null ? {} : { parentIssueId }),
      }
      const query = `mutation CreateIssue($input: CreateIssueInput!) {
        createIssue(input: $input) { issue { id number url databaseId } } }`
      const { data } = await client.graphql({
        query,
        variables: { input },
        signal,
        writes: 'creates',
      })
      const { issue } = Made.parse(data).createIssue
      return {
        number: issue.number,
        nodeId: issue.id,
        url: issue.url,
        id: issue.databaseId ?? null,
      }
    },
    find: async (effect, marker, signal) => {
      const { repository, parent } = effect
      const route =
        parent === null ? 'GET /repos/{owner}/{repo}/issues' : `GET ${issuePath}/sub_issues`
      const parameters =
        parent === null
          ? { ...namesOf(repository), state: 'all', sort: 'created', direction: 'desc' }
          : onIssue({ repository, number: parent })
      const pages = await parts.client.pages({ route, parameters, signal }, mostPages)
      const self = await parts.facts.self(signal)
      const found = z
        .array(Issue)
        .parse(pages)
        .find(
          ({ body, user }) =>
            sameActor(user?.login, self) && isOurs(parts, body, { marker, place: place(effect) }),
        )
      if (found === undefined) return null
      const { number, node_id: nodeId, html_url: url, id } = found
      return { number, nodeId, url, id }
    },
  }
}

/** An App writes as `name[bot]` in REST and as `name` in GraphQL. */
export function sameActor(login: string | undefined, self: string): boolean {
  return login !== undefined && login.replace(/\[bot\]$/, '') === self.replace(/\[bot\]$/, '')
}

export async function nodeIdOf(
  { client }: PerformerParts,
  issue: { readonly repository: string; readonly number: number },
  signal: AbortSignal,
): Promise<string> {
  const { data } = await client.request({
    route: `GET ${issuePath}`,
    parameters: onIssue(issue),
    signal,
    isConditional: true,
  })
  return Issue.parse(data).node_id
}

export function commentOnIssue(parts: PerformerParts): EffectPerformer<'issue.comment'> {
  const place = (effect: Of<'issue.comment'>) => ({
    repository: effect.repository,
    purpose: 'issue.comment',
    number: effect.number,
  })
  return {
    class: 'marked',
    perform: async (effect, marker, signal) => {
      const body = stamped(parts, effect.body, { marker, place: place(effect) })
      return await postComment(parts, { ...effect, body }, signal)
    },
    find: async (effect, marker, signal) =>
      await findComment(parts, effect, {
        signal,
        isIt: (body) => isOurs(parts, body, { marker, place: place(effect) }),
      }),
  }
}

/** One comment a run and issue, made once and edited from then on. */
export function keepDashboard(parts: PerformerParts): EffectPerformer<'issue.dashboard'> {
  const known = new Map<string, number>()
  return {
    class: 'natural',
    perform: async (effect, marker, signal) => {
      const { repository, number } = effect
      const place = { repository, purpose: 'dashboard', number }
      const owned: EffectMarker = { ...marker, key: `dashboard ${marker.run ?? marker.root}` }
      const body = stamped(parts, effect.body, { marker: owned, place })
      const name = `${repository}#${number} ${owned.key}`
      const isIt = (text: string): boolean => isOurs(parts, text, { marker: owned, place })
      const id = known.get(name) ?? (await findComment(parts, effect, { signal, isIt }))?.id
      if (typeof id !== 'number') {
        const made = await postComment(parts, { ...effect, body }, signal)
        if (typeof made.id === 'number') known.set(name, made.id)
        return made
      }
      known.delete(name)
      const { data } = await parts.client.request({
        route: 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
        parameters: { ...namesOf(repository), comment_id: id, body },
        signal,
      })
      known.set(name, id)
      return receiptOf(Comment.parse(data))
    },
  }
}

async function postComment(
  { client }: PerformerParts,
  { repository, number, body }: { repository: string; number: number; body: string },
  signal: AbortSignal,
): Promise<JsonObject> {
  const { data } = await client.request({
    route: `POST ${issuePath}/comments`,
    parameters: { ...onIssue({ repository, number }), body },
    signal,
    creates: true,
  })
  return receiptOf(Comment.parse(data))
}

async function findComment(
  { client, facts }: PerformerParts,
  issue: { readonly repository: string; readonly number: number },
  { signal, isIt }: { readonly signal: AbortSignal; readonly isIt: (body: string) => boolean },
): Promise<JsonObject | null> {
  const route = `GET ${issuePath}/comments`
  const pages = await client.pages({ route, parameters: onIssue(issue), signal }, mostPages)
  const self = await facts.self(signal)
  const found = z
    .array(Comment)
    .parse(pages)
    .find(({ body, user }) => sameActor(user?.login, self) && isIt(body ?? ''))
  return found === undefined ? null : receiptOf(found)
}

function receiptOf({ id, html_url: url }: z.infer<typeof Comment>): JsonObject {
  return { id, url }
}

export function labelIssue({ client }: PerformerParts): EffectPerformer<'issue.label'> {
  return {
    class: 'natural',
    perform: async (effect, _marker, signal) => {
      const { add, remove } = effect
      const parameters = onIssue(effect)
      if (add.length > 0) {
        const route = `POST ${issuePath}/labels`
        await client.request({ route, parameters: { ...parameters, labels: [...add] }, signal })
      }
      for (const name of remove) {
        const route = `DELETE ${issuePath}/labels/{name}`
        const removing = client.request({ route, parameters: { ...parameters, name }, signal })
        await unlessMissing(removing)
      }
      return { added: [...add], removed: [...remove] }
    },
  }
}

/** What is gone already need not be removed. */
async function unlessMissing(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'github_missing')) throw error
  }
}

const Assigned = z.object({ assignees: z.array(z.object({ login: z.string() })) })

export function assignIssue({ client }: PerformerParts): EffectPerformer<'issue.assign'> {
  return {
    class: 'natural',
    perform: async (effect, _marker, signal) => {
      const { data } = await client.request({
        route: `POST ${issuePath}/assignees`,
        parameters: { ...onIssue(effect), assignees: [...effect.assignees] },
        signal,
      })
      // GitHub drops assignees in silence where the token may not assign them.
      const assigned = Assigned.parse(data).assignees.map(({ login }) => login.toLowerCase())
      const dropped = effect.assignees.filter((login) => !assigned.includes(login.toLowerCase()))
      if (dropped.length > 0) {
        const message = `GitHub did not assign ${dropped.join(', ')}: the token may not, or they cannot be assigned here`
        throw new AppError('github_auth', message)
      }
      return { assignees: [...effect.assignees] }
    },
  }
}

export function closeIssue({ client }: PerformerParts): EffectPerformer<'issue.close'> {
  return {
    class: 'natural',
    perform: async (effect, _marker, signal) => {
      const { data } = await client.request({
        route: `PATCH ${issuePath}`,
        parameters: { ...onIssue(effect), state: 'closed', state_reason: effect.reason },
        signal,
      })
      return { number: Issue.parse(data).number }
    },
  }
}

export function linkIssue({ client }: PerformerParts): EffectPerformer<'issue.link'> {
  const idOf = async (issue: { repository: string; number: number }, signal: AbortSignal) => {
    const route = `GET ${issuePath}`
    const call = { route, parameters: onIssue(issue), signal, isConditional: true }
    return Issue.parse((await client.request(call)).data).id
  }
  return {
    class: 'natural',
    perform: async (effect, _marker, signal) => {
      const { repository, target, kind } = effect
      // The database id, not the number.
      const id = await idOf({ repository, number: target }, signal)
      const [route, field] =
        kind === 'sub_issue'
          ? ([`POST ${issuePath}/sub_issues`, 'sub_issue_id'] as const)
          : ([`POST ${issuePath}/dependencies/blocked_by`, 'issue_id'] as const)
      try {
        const parameters = { ...onIssue(effect), [field]: id }
        await client.request({ route, parameters, signal, creates: true })
      } catch (error) {
        const isThere = error instanceof AppError && /already|duplicate/i.test(error.message)
        if (!isThere) throw error
      }
      return { number: effect.number, target, kind }
    },
  }
}
