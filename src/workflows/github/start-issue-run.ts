import * as z from 'zod'
import type { IssueStart, Run } from '../../contracts/index.ts'
import { namesOf } from '../../github/index.ts'
import { mayStart, readMarkers } from '../../policy/index.ts'
import { findGitHubRun, insertGitHubRun, readRootCounts } from '../../records/index.ts'
import { AppError } from '../../shared/index.ts'
import { submitSplit } from '../submit-split.ts'
import { checkPermission } from './check-permission.ts'
import type { GitHubParts } from './github-parts.ts'
import { loopRules } from './loop-rules.ts'

const Issue = z.object({
  number: z.number(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']),
  pull_request: z.unknown().optional(),
})

/**
 * Begins the run of an issue, or gives the one that is open. Throws `forbidden` for somebody who may
 * not, `loop_stopped` where the chain behind the issue is too long, and what splitting throws.
 */
export async function startIssueRun(
  parts: GitHubParts,
  start: IssueStart,
  signal: AbortSignal,
): Promise<{ readonly run: Run; readonly created: boolean }> {
  const { pool, engine, config } = parts
  const { repository, issue: number, requestedBy } = start
  const open = await openRun(parts, start)
  if (open !== null) return { run: open, created: false }
  if (!config.github.repositories.includes(repository)) {
    throw new AppError('forbidden', `${repository} is not among github.repositories`)
  }
  if (requestedBy !== null) {
    const asking = {
      repository,
      login: requestedBy,
      least: 'triage',
      what: 'starting a run',
    } as const
    await checkPermission(parts, asking, signal)
  }
  const issue = await readIssue(parts, start, signal)
  const parentRun = await causeOf(parts, start, issue.body ?? '')
  const { level, concurrency } = start
  try {
    return await submitSplit(parts.runs, {
      request: {
        kind: 'split',
        input: issue.body ?? '',
        options: {
          title: issue.title.slice(0, 200),
          agent: start.agent ?? config.github.agent,
          ...(level === undefined ? {} : { level }),
          ...(concurrency === undefined ? {} : { concurrency }),
        },
      },
      origin: {
        ...{ repository, user: requestedBy, parentRun },
        alongside: (client, runId) =>
          insertGitHubRun(client, { runId, repository, issue: number, requestedBy }),
      },
    })
  } catch (error) {
    // Somebody else began it in the same moment.
    const other = isUniqueViolation(error)
      ? await findGitHubRun(pool, { repository, issue: number })
      : null
    if (other === null) throw error
    return { run: await engine.run(other.run_id), created: false }
  }
}

async function openRun(
  { pool, engine }: GitHubParts,
  { repository, issue }: IssueStart,
): Promise<Run | null> {
  const known = await findGitHubRun(pool, { repository, issue })
  return known === null || known.ended ? null : await engine.run(known.run_id)
}

async function readIssue(
  { client }: GitHubParts,
  { repository, issue }: IssueStart,
  signal: AbortSignal,
) {
  const { owner, repo } = namesOf(repository)
  const { data } = await client.request({
    route: 'GET /repos/{owner}/{repo}/issues/{issue_number}',
    parameters: { owner, repo, issue_number: issue },
    signal,
  })
  const read = Issue.parse(data)
  if (read.pull_request !== undefined) {
    throw new AppError('input_invalid', `${repository}#${issue} is a pull request, not an issue`)
  }
  if (read.state === 'closed') {
    throw new AppError('input_invalid', `${repository}#${issue} is closed: open it again first`)
  }
  return read
}

/**
 * The run whose text an issue carries, so that its chain goes on. Throws `loop_stopped` where that
 * may not.
 */
async function causeOf(
  { pool, markerSecret, config }: GitHubParts,
  { repository, issue }: IssueStart,
  body: string,
): Promise<string | null> {
  const deepest = readMarkers(body, markerSecret).toSorted((a, b) => b.depth - a.depth)[0]
  const lineage = deepest === undefined ? null : { root: deepest.root, depth: deepest.depth }
  const counts = await readRootCounts(pool, { root: lineage?.root ?? null, repository, issue })
  const judged = mayStart(lineage, counts, loopRules(config))
  if (!judged.allowed) throw new AppError('loop_stopped', judged.reasons.join(' '))
  return deepest?.run ?? null
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505'
}
