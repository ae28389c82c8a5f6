import { STATUS_CODES } from 'node:http'
import * as z from 'zod'
import { type AppError, type ErrorCode, errorCatalogue } from '../shared/index.ts'
import { RequestInvalid } from './request-invalid.ts'

/** RFC 9457. Sent as `application/problem+json` for every answer of 400 and above. */
export const Problem = z.object({
  type: z.string().describe('Where the code is explained, relative to this server'),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('One line: the offending value and the remedy'),
  code: z.string().describe('Stable; GET /errors lists all codes'),
  instance: z.string().describe('Id of the request; the log has it too'),
  errors: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .describe('Every problem found in the request')
    .optional(),
})
export type Problem = z.infer<typeof Problem>

export const problemType = 'application/problem+json'

export type ProblemReply = {
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>
}

const detailOf = (error: AppError): string =>
  // What goes wrong inside may name paths, addresses or SQL: that stays in the log.
  error.httpStatus >= 500 ? errorCatalogue[error.code].meaning : error.message

const retryAfterSeconds = (
  status: number,
  retryAfterMs: number | undefined,
): number | undefined => {
  if (retryAfterMs !== undefined) return Math.max(1, Math.ceil(retryAfterMs / 1000))
  return status === 503 ? 1 : undefined
}

export function toProblem(error: AppError, requestId: string): ProblemReply {
  const status = error.httpStatus
  const words = error.code.replaceAll('_', ' ')
  const retryAfter = retryAfterSeconds(status, error.retryAfterMs)
  return {
    problem: {
      type: `/errors#${error.code}`,
      title: `${words.charAt(0).toUpperCase()}${words.slice(1)}`,
      status,
      detail: detailOf(error),
      code: error.code,
      instance: requestId,
      ...(error instanceof RequestInvalid ? { errors: [...error.problems] } : {}),
    },
    headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
  }
}

type ProblemResponse = {
  description: string
  content: { 'application/problem+json': { schema: typeof Problem } }
}

// Any route can meet these: a bad id or query, the guards, a fault, a database or server going down.
const everywhere: readonly ErrorCode[] = [
  'request_invalid',
  'token_missing',
  'token_invalid',
  'role_insufficient',
  'too_many_requests',
  'host_not_allowed',
  'origin_not_allowed',
  'internal',
  'database_unavailable',
  'shutting_down',
]

/** The `response` part of a route's schema for the codes it may answer besides those of all routes. */
export function problemResponses(...codes: ErrorCode[]): Record<number, ProblemResponse> {
  const byStatus = Map.groupBy(
    new Set([...everywhere, ...codes]),
    (code) => errorCatalogue[code].httpStatus,
  )
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: `${STATUS_CODES[status] ?? 'Error'}: ${group.join(', ')}`,
        content: { [problemType]: { schema: Problem } },
      },
    ]),
  )
}
