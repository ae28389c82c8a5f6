import * as z from 'zod'
import { namesOf } from '../../github/index.ts'
import { quoteBlock } from '../../planning/index.ts'
import type { GitHubParts } from './github-parts.ts'

const most = 6000
const mostItems = 20

const Checks = z.object({
  check_runs: z.array(
    z.object({
      name: z.string(),
      conclusion: z.string().nullable(),
      output: z.object({ title: z.string().nullish(), summary: z.string().nullish() }).nullish(),
    }),
  ),
})
const Pull = z.object({ head: z.object({ sha: z.string() }), base: z.object({ ref: z.string() }) })
const Review = z.object({ state: z.string(), body: z.string().nullish() })
const Remark = z.object({ path: z.string(), line: z.number().nullish(), body: z.string() })

type About = {
  readonly repository: string
  readonly number: number
  readonly what: 'checks' | 'review' | 'conflict'
}

/** What a worker has to know to mend its pull request. Others' words: quoted, and bounded. */
export async function readFeedback(
  { client }: GitHubParts,
  { repository, number, what }: About,
  signal: AbortSignal,
): Promise<string> {
  const { owner, repo } = namesOf(repository)
  const names = { owner, repo }
  const onPull = { ...names, pull_number: number }
  const pullPath = '/repos/{owner}/{repo}/pulls/{pull_number}'
  const read = async (route: string, parameters: Record<string, string | number>) =>
    (await client.request({ route, parameters, signal })).data
  const pull = Pull.parse(await read(`GET ${pullPath}`, onPull))
  switch (what) {
    case 'conflict':
      return `It conflicts with ${pull.base.ref}: give the files so that they fit what is there now.`
    case 'checks': {
      const route = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs'
      const { check_runs: runs } = Checks.parse(await read(route, { ...names, ref: pull.head.sha }))
      const failed = runs.filter(
        ({ conclusion }) => conclusion !== null && conclusion !== 'success',
      )
      const told = failed
        .slice(0, mostItems)
        .map(({ name, output }) =>
          [name, output?.title, output?.summary].filter(Boolean).join(': '),
        )
      return `Checks failed:\n\n${quoteBlock(told.join('\n'), most)}`
    }
    case 'review': {
      const reviews = z.array(Review).parse(await read(`GET ${pullPath}/reviews`, onPull))
      const remarks = z.array(Remark).parse(await read(`GET ${pullPath}/comments`, onPull))
      const asked = reviews
        .filter(({ state }) => state.toLowerCase() === 'changes_requested')
        .map(({ body }) => body ?? '')
      const told = [
        ...asked,
        ...remarks.map(({ path, line, body }) => `${path}:${line ?? ''} ${body}`),
      ]
      return `A review asks for changes:\n\n${quoteBlock(told.slice(-mostItems).join('\n'), most)}`
    }
  }
}
