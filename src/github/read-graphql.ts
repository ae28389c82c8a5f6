import * as z from 'zod'
import { AppError, type JsonObject } from '../shared/index.ts'
import { limited } from './classify-failure.ts'
import type { GraphQlAnswer } from './github-client.ts'

const Body = z.object({
  data: z.custom<JsonObject>((value) => typeof value === 'object').nullish(),
  errors: z
    .array(
      z.object({
        type: z.string().default('UNKNOWN'),
        message: z.string().default(''),
        path: z.array(z.union([z.string(), z.number()])).default([]),
      }),
    )
    .default([]),
})

type Answer = {
  readonly data: unknown
  readonly headers: Readonly<Record<string, string | number | undefined>>
}

const minuteMs = 60_000

/** GraphQL answers 200 to failures too: limits, refusals, and parts that could not be read. */
export function readGraphQl(
  { data: body, headers }: Answer,
  { now }: { readonly now: number },
): GraphQlAnswer | AppError {
  const parsed = Body.safeParse(body)
  if (!parsed.success) return new AppError('github_unclear', 'GitHub’s GraphQL answer has no shape')
  const { data, errors } = parsed.data
  const [first] = errors
  const isLimit = errors.some(
    ({ type, message }) => type === 'RATE_LIMITED' || /secondary rate limit/i.test(message),
  )
  if (isLimit) return limited('POST /graphql', first?.message ?? '', restMs(headers, now))
  // A mutation that failed has data, with null in its place.
  const isEmpty = data == null || Object.values(data).every((value) => value === null)
  if (first !== undefined && isEmpty) return failure(first)
  if (data == null) return new AppError('github_unclear', 'GitHub’s GraphQL answer has no data')
  return { data, errors }
}

function restMs(headers: Answer['headers'], now: number): number {
  if (Number(headers['x-ratelimit-remaining'] ?? Number.NaN) !== 0) return minuteMs
  const resetMs = Number(headers['x-ratelimit-reset']) * 1000 - now
  return Number.isFinite(resetMs) ? Math.max(1000, resetMs) : minuteMs
}

function failure({ type, message }: { readonly type: string; readonly message: string }): AppError {
  const said = `GitHub’s GraphQL said: ${message.slice(0, 1000) || type}`
  switch (type) {
    case 'NOT_FOUND':
      return new AppError('github_missing', said)
    case 'FORBIDDEN':
    case 'INSUFFICIENT_SCOPES':
      return new AppError('github_auth', said)
    case 'UNKNOWN':
    case 'INTERNAL':
      return new AppError('github_unclear', said)
    default:
      return new AppError('github_refused', said)
  }
}
