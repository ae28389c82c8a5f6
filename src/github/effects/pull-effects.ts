import * as z from 'zod'
import type { Effect, EffectPerformer } from '../../contracts/index.ts'
import { AppError, type JsonObject } from '../../shared/index.ts'
import { sameActor } from './issue-effects.ts'
import { namesOf } from './names-of.ts'
import { isOurs, type PerformerParts, stamped } from './performer-parts.ts'

type Of<Type extends Effect['type']> = Extract<Effect, { type: Type }>

const Pull = z.object({
  id: z.number(),
  node_id: z.string(),
  number: z.number(),
  html_url: z.string(),
  state: z.enum(['open', 'closed']),
  draft: z.boolean().nullish(),
  merged: z.boolean().nullish(),
  merge_commit_sha: z.string().nullish(),
  head: z.object({ ref: z.string(), sha: z.string() }),
})
type Pull = z.infer<typeof Pull>

const pullPath = '/repos/{owner}/{repo}/pulls/{pull_number}'

const onPull = ({ repository, number }: { repository: string; number: number }): JsonObject => ({
  ...namesOf(repository),
  pull_number: number,
})

async function readPull(
  { client }: PerformerParts,
  pull: { readonly repository: string; readonly number: number },
  signal: AbortSignal,
): Promise<Pull> {
  const call = { route: `GET ${pullPath}`, parameters: onPull(pull), signal }
  return Pull.parse((await client.request(call)).data)
}

function receiptOf({ number, node_id: nodeId, html_url: url, id, head }: Pull): JsonObject {
  return { number, nodeId, url, id, headSha: head.sha }
}

/** One pull request a head branch: GitHub refuses a second, and the first is found by it. */
export function openPull(parts: PerformerParts): EffectPerformer<'pull.open'> {
  const place = (effect: Of<'pull.open'>) => ({
    repository: effect.repository,
    purpose: `pull.open ${effect.head}`,
    number: null,
  })
  return {
    class: 'marked',
    perform: async (effect, marker, signal) => {
      const { repository, head, base, title, draft, closes } = effect
      const text = closes === null ? effect.body : `${effect.body}\n\nCloses #${closes}`.trim()
      const { data } = await parts.client.request({
        route: 'POST /repos/{owner}/{repo}/pulls',
        parameters: {
          ...namesOf(repository),
          ...{ head, base, title, draft },
          body: stamped(parts, text, { marker, place: place(effect) }),
        },
        signal,
        creates: true,
      })
      return receiptOf(Pull.parse(data))
    },
    find: async ({ repository, head }, _marker, signal) => {
      const { owner } = namesOf(repository)
      const route = 'GET /repos/{owner}/{repo}/pulls'
      const query = { head: `${owner}:${head}`, state: 'all' }
      const parameters = { ...namesOf(repository), ...query }
      const [found] = z
        .array(Pull)
        .parse(await parts.client.pages({ route, parameters, signal }, 1))
      return found === undefined ? null : receiptOf(found)
    },
  }
}

export function updatePull(parts: PerformerParts): EffectPerformer<'pull.update'> {
  return {
    class: 'natural',
    perform: async (effect, _marker, signal) => {
      await parts.client.request({
        route: `PUT ${pullPath}/update-branch`,
        parameters: { ...onPull(effect), expected_head_sha: effect.sha },
        signal,
      })
      return { number: effect.number }
    },
  }
}

export function markPullReady(parts: PerformerParts): EffectPerformer<'pull.ready'> {
  return {
    class: 'natural',
    perform: async (effect, _marker, signal) => {
      const pull = await readPull(parts, effect, signal)
      if (pull.draft === true) {
        const query = `mutation Ready($id: ID!) {
          markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { id isDraft } } }`
        const variables = { id: pull.node_id }
        await parts.client.graphql({ query, variables, signal, writes: 'changes' })
      }
      return receiptOf(pull)
    },
  }
}

const Review = z.object({
  id: z.number(),
  html_url: z.string(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
})

export function reviewPull(parts: PerformerParts): EffectPerformer<'pull.review'> {
  const place = (effect: Of<'pull.review'>) => ({
    repository: effect.repository,
    purpose: 'pull.review',
    number: effect.number,
  })
  const route = `${pullPath}/reviews`
  return {
    class: 'marked',
    perform: async (effect, marker, signal) => {
      const body = stamped(parts, effect.body, { marker, place: place(effect) })
      const event = effect.event.toUpperCase()
      const { data } = await parts.client.request({
        route: `POST ${route}`,
        parameters: { ...onPull(effect), commit_id: effect.sha, event, body },
        signal,
        creates: true,
      })
      const { id, html_url: url } = Review.parse(data)
      return { id, url }
    },
    find: async (effect, marker, signal) => {
      const call = { route: `GET ${route}`, parameters: onPull(effect), signal }
      const reviews = z.array(Review).parse(await parts.client.pages(call, 10))
      const self = await parts.facts.self(signal)
      const found = reviews.find(
        ({ body, user }) =>
          sameActor(user?.login, self) && isOurs(parts, body, { marker, place: place(effect) }),
      )
      return found === undefined ? null : { id: found.id, url: found.html_url }
    },
  }
}

const Merged = z.object({ sha: z.string().nullish(), merged: z.boolean() })

/** Only with the head that was judged: a commit pushed since then cannot slip in. */
export function mergePull(parts: PerformerParts): EffectPerformer<'pull.merge'> {
  return {
    class: 'natural',
    perform: async (effect, _marker, signal) => {
      const { sha, method } = effect
      try {
        const { data } = await parts.client.request({
          route: `PUT ${pullPath}/merge`,
          parameters: { ...onPull(effect), sha, merge_method: method },
          signal,
        })
        return { number: effect.number, sha: Merged.parse(data).sha ?? null }
      } catch (error) {
        const isConflict = error instanceof AppError && error.code === 'github_conflict'
        if (!isConflict) throw error
        const pull = await readPull(parts, effect, signal)
        if (pull.merged !== true || pull.head.sha !== sha) throw error
        return { number: effect.number, sha: pull.merge_commit_sha ?? null }
      }
    },
  }
}

export function closePull(parts: PerformerParts): EffectPerformer<'pull.close'> {
  return {
    class: 'natural',
    perform: async (effect, _marker, signal) => {
      const parameters = { ...onPull(effect), state: 'closed' }
      const { data } = await parts.client.request({
        route: `PATCH ${pullPath}`,
        parameters,
        signal,
      })
      return receiptOf(Pull.parse(data))
    },
  }
}
