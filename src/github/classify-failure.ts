import * as z from 'zod'
import { AppError } from '../shared/index.ts'

/** An answer of GitHub that is not what was asked for. Header names in lower case. */
export type FailedAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number | undefined>>
  readonly body: unknown
  /** Such as `POST /repos/{owner}/{repo}/issues`. */
  readonly route: string
  /** Milliseconds since the epoch, by GitHub's time. */
  readonly now: number
}

const Body = z.object({
  message: z.string().optional(),
  errors: z
    .array(
      z.union([
        z.string(),
        z.object({
          message: z.string().optional(),
          code: z.string().optional(),
          field: z.string().optional(),
        }),
      ]),
    )
    .optional(),
})

const minuteMs = 60_000

/**
 * What a failed answer means. Limits come as 403 or 429 (as 200 from GraphQL, see there), and a 404
 * may mean that the token may not see it.
 */
export function classifyFailure(answer: FailedAnswer): AppError {
  const { status, route } = answer
  const said = saidIn(answer.body)
  const limitMs = limitOf(answer, said)
  if (limitMs !== null) return limited(route, said, limitMs)
  const message = `GitHub answered ${status} to ${route}: ${said || 'no reason given'}`
  if (status >= 500) return new AppError('github_unclear', message)
  switch (status) {
    case 401:
      return new AppError('github_auth', `${message}; the token is wrong or has expired`)
    case 403:
      return new AppError('github_auth', `${message}${neededFor(answer)}`)
    case 404:
      return new AppError(
        'github_missing',
        `${message}; it does not exist, or the token may not see it`,
      )
    case 405:
    case 409:
      return new AppError('github_conflict', message)
    default:
      return new AppError('github_refused', message)
  }
}

export function limited(route: string, said: string, forMs: number): AppError {
  const seconds = Math.ceil(forMs / 1000)
  return new AppError(
    'github_limited',
    `GitHub limits ${route} for about ${seconds} s: ${said || 'no reason given'}`,
    { retryAfterMs: forMs },
  )
}

/** Milliseconds, of GitHub's time, for which to stay away; null where it is no limit. */
function limitOf({ status, headers, now }: FailedAnswer, said: string): number | null {
  if (status !== 403 && status !== 429) return null
  const retryAfter = Number(headers['retry-after'] ?? Number.NaN)
  if (Number.isFinite(retryAfter)) return Math.max(1000, retryAfter * 1000)
  if (Number(headers['x-ratelimit-remaining'] ?? Number.NaN) === 0) {
    const resetMs = Number(headers['x-ratelimit-reset']) * 1000 - now
    return Number.isFinite(resetMs) ? Math.max(1000, resetMs) : minuteMs
  }
  // Without either header, GitHub asks for at least a minute.
  return status === 429 || /rate limit|abuse detection/i.test(said) ? minuteMs : null
}

function neededFor({ headers }: FailedAnswer): string {
  const accepted = headers['x-accepted-github-permissions']
  return accepted === undefined ? '' : `; a permission that would do: ${accepted}`
}

function saidIn(body: unknown): string {
  const parsed = Body.safeParse(body)
  if (!parsed.success) return ''
  const { message = '', errors = [] } = parsed.data
  const details = errors.map((one) =>
    typeof one === 'string'
      ? one
      : (one.message ?? [one.field, one.code].filter(Boolean).join(' ')),
  )
  return [message, ...details].filter(Boolean).join('; ').slice(0, 1000)
}
