import * as z from 'zod'
import type { Effect, EffectOrigin, PullView } from '../../contracts/index.ts'
import { type GitHubClient, type GraphQlAnswer, namesOf } from '../../github/index.ts'
import type { GateFacts, Permission } from '../../policy/index.ts'
import { findMadeObject, readTaskType } from '../../records/index.ts'
import type { Clock } from '../../shared/index.ts'
import type { GateParts, OutsideFacts } from '../gate/gate-parts.ts'

const Standing = z.object({
  repository: z.object({
    isArchived: z.boolean(),
    defaultBranchRef: z.object({ name: z.string() }).nullable(),
  }),
})
const standingQuery = `query Standing($owner: String!, $repo: String!) {
  repository(owner: $owner, name: $repo) { isArchived defaultBranchRef { name } } }`

const PullNow = z.object({
  repository: z.object({
    pullRequest: z
      .object({
        headRefOid: z.string(),
        headRefName: z.string(),
        baseRefName: z.string(),
        isDraft: z.boolean(),
        mergeable: z.string(),
        reviewDecision: z.string().nullable(),
        author: z.object({ login: z.string(), __typename: z.string() }).nullable(),
        statusCheckRollup: z.object({ state: z.string() }).nullable(),
      })
      .nullable(),
  }),
})
const pullQuery = `query PullNow($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) { pullRequest(number: $number) {
    headRefOid headRefName baseRefName isDraft mergeable reviewDecision
    author { login __typename }
    statusCheckRollup { state }
  } } }`

const ChangedFile = z.object({ filename: z.string(), previous_filename: z.string().optional() })
const mostFilePages = 3
const mostAsked = 5
const askAgainMs = 2000

const Granted = z.object({ permission: z.string() })
const granted = ['admin', 'maintain', 'write', 'triage', 'read', 'none'] as const

type Parts = Pick<GateParts, 'pool' | 'rules'> & {
  readonly client: GitHubClient
  readonly clock: Pick<Clock, 'sleep'>
  /** Of GitHub's time. */
  readonly timeScale: number
}

/** Reads what judging an effect on GitHub needs. What could not be read is null. */
export function createObserver(parts: Parts): GateParts['observe'] {
  return async (effect, origin, signal) => {
    const about = { effect, origin, signal }
    const [repository, permission, object, pull, open, taskType] = await Promise.all([
      standingOf(parts, about),
      permissionOf(parts, about),
      objectOf(parts, about),
      pullOf(parts, about),
      openOf(parts, about),
      readTaskType(parts.pool, { run: origin.run, task: origin.task }),
    ])
    return { repository, permission, object, pull, open, taskType } satisfies OutsideFacts
  }
}

type About = {
  readonly effect: Effect
  readonly origin: EffectOrigin
  readonly signal: AbortSignal
}

async function standingOf({ client }: Parts, about: About): Promise<GateFacts['repository']> {
  const call = {
    query: standingQuery,
    variables: namesOf(about.effect.repository),
    signal: about.signal,
  }
  const { isArchived, defaultBranchRef } = Standing.parse(
    (await client.graphql(call)).data,
  ).repository
  return { isArchived, defaultBranch: defaultBranchRef?.name ?? null }
}

/** Asked only where a rule wants one. */
async function permissionOf({ client, rules }: Parts, about: About): Promise<Permission | null> {
  const { effect, origin, signal } = about
  const rule = rules.effects[effect.type]
  if (rule?.permission === undefined || origin.user === null) return null
  const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission'
  const parameters = { ...namesOf(about.effect.repository), username: origin.user }
  const { permission } = Granted.parse((await client.request({ route, parameters, signal })).data)
  return granted.find((one) => one === permission) ?? null
}

async function objectOf({ pool }: Parts, { effect }: About): Promise<GateFacts['object']> {
  if (!('number' in effect)) return null
  const { repository, number } = effect
  return { isOwn: await findMadeObject(pool, { repository, number }) }
}

const aboutPulls = new Set(['pull.merge', 'pull.review', 'pull.update', 'pull.ready', 'pull.close'])

async function pullOf(parts: Parts, about: About): Promise<GateFacts['pull']> {
  const { client, pool } = parts
  const { effect } = about
  if (!aboutPulls.has(effect.type) || !('number' in effect)) return null
  const { repository, number } = effect
  const answer = await readPullNow(parts, { ...about, number })
  const pull = PullNow.parse(answer.data).repository.pullRequest
  if (pull === null) return null
  const { author } = pull
  const isUnreadable = answer.errors.some(({ path }) => path.includes('statusCheckRollup'))
  const rollup = pull.statusCheckRollup?.state ?? null
  return {
    ...{ headSha: pull.headRefOid, head: pull.headRefName, base: pull.baseRefName },
    isDraft: pull.isDraft,
    mergeable: lower(['mergeable', 'conflicting'], pull.mergeable) ?? 'unknown',
    review:
      lower(['approved', 'changes_requested', 'review_required'], pull.reviewDecision) ?? 'none',
    checks: isUnreadable ? 'unknown' : checksOf(rollup),
    author:
      author === null
        ? null
        : { login: author.login, kind: author.__typename === 'Bot' ? 'Bot' : 'User' },
    isOwn: await findMadeObject(pool, { repository, number }),
    files: effect.type === 'pull.merge' ? await filesOf(client, { ...about, number }) : null,
  }
}

/**
 * GitHub computes only when asked whether a pull request can be merged, and each push to its base
 * makes that unknown again: before a merge it is worth asking a few times.
 */
async function readPullNow(
  { client, clock, timeScale }: Parts,
  about: About & { readonly number: number },
): Promise<GraphQlAnswer> {
  const { effect, number, signal } = about
  const variables = { ...namesOf(about.effect.repository), number }
  const query = { query: pullQuery, variables, signal }
  for (let tries = 1; ; tries += 1) {
    const answer = await client.graphql(query)
    const isUnknown = PullNow.parse(answer.data).repository.pullRequest?.mergeable === 'UNKNOWN'
    if (effect.type !== 'pull.merge' || !isUnknown || tries >= mostAsked) return answer
    const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}'
    await client.request({
      route,
      parameters: { ...namesOf(about.effect.repository), pull_number: number },
      signal,
    })
    await clock.sleep((tries * askAgainMs) / timeScale, signal)
  }
}

/** Null where there are more than can be looked at. */
async function filesOf(
  client: GitHubClient,
  about: About & { readonly number: number },
): Promise<readonly string[] | null> {
  const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files'
  const parameters = { ...namesOf(about.effect.repository), pull_number: about.number }
  const pages = await client.pages({ route, parameters, signal: about.signal }, mostFilePages)
  const files = z.array(ChangedFile).parse(pages)
  if (files.length >= mostFilePages * 100) return null
  // A renamed file is taken away from where it was.
  return files.flatMap(({ filename, previous_filename: before }) =>
    before === undefined ? [filename] : [filename, before],
  )
}

function checksOf(state: string | null): PullView['checks'] {
  if (state === null) return 'none'
  const known = lower(['success', 'failure', 'pending'], state)
  if (known !== undefined) return known
  if (state === 'ERROR') return 'failure'
  return state === 'EXPECTED' ? 'pending' : 'unknown'
}

function lower<const T extends string>(known: readonly T[], value: string | null): T | undefined {
  const text = value?.toLowerCase()
  return known.find((one) => one === text)
}

/** Pull requests of Maniple that are open now; asked only where a rule limits them. */
async function openOf({ client, rules }: Parts, about: About): Promise<number | null> {
  const { effect, signal } = about
  if (rules.effects[effect.type]?.open === undefined) return null
  if (effect.type !== 'pull.open') return null
  const route = 'GET /repos/{owner}/{repo}/pulls'
  const parameters = { ...namesOf(about.effect.repository), state: 'open' }
  const pulls = await client.pages({ route, parameters, signal }, 5)
  const heads = z.array(z.object({ head: z.object({ ref: z.string() }) })).parse(pulls)
  const prefixes = rules.branches.prefixes
  return heads.filter(({ head }) => prefixes.some((prefix) => head.ref.startsWith(prefix))).length
}
