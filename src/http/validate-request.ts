import type { FastifySchemaCompiler } from 'fastify'
import * as z from 'zod'
import { AppError } from '../shared/index.ts'
import { RequestInvalid, type RequestProblem } from './request-invalid.ts'

const partNames: Readonly<Record<string, string>> = {
  body: 'body',
  headers: 'headers',
  params: 'path',
  querystring: 'query',
}

/** The offending value, when it is short enough to be shown on one line. */
function shown(input: unknown): string {
  if (input === undefined || typeof input === 'object') return ''
  const text = JSON.stringify(input)
  return ` (got ${text.length > 60 ? `${text.slice(0, 60)}…` : text})`
}

/** What was sent for a query's number, which turning it into one has made NaN. */
function sentFor({ path }: z.core.$ZodIssue, data: unknown): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined,
    data,
  )
}

function messageOf(issue: z.core.$ZodIssue, data: unknown): string {
  if (Number.isNaN(issue.input)) return `expected a number${shown(sentFor(issue, data))}`
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const choices = issue.errors.map((errors) => errors.map((inner) => inner.message).join(', '))
    return `none of the allowed forms: ${choices.join('; or ')}${shown(issue.input)}`
  }
  return `${issue.message}${shown(issue.input)}`
}

const placeOf = (part: string, issue: z.core.$ZodIssue): string =>
  [part, ...issue.path.map(String)].join('.')

/** The answer stays small, however wrong the request is. */
const mostProblems = 1000
const longestMessage = 500

type Judged = { readonly part: string; readonly data: unknown }

const problemOf = ({ part, data }: Judged, issue: z.core.$ZodIssue): RequestProblem => {
  const message = messageOf(issue, data)
  const isLong = message.length > longestMessage
  return {
    path: placeOf(part, issue),
    message: isLong ? `${message.slice(0, longestMessage).toWellFormed()}…` : message,
  }
}

/** A text limit from this many characters on is one of size: to pass it is 413, no wrong form. */
const largeText = 100_000

type TooLarge = z.core.$ZodIssueTooBig & { readonly input?: unknown }

const isTooLarge = (issue: z.core.$ZodIssue): issue is TooLarge =>
  issue.code === 'too_big' && issue.origin === 'string' && Number(issue.maximum) >= largeText

function refusalOf(judged: Judged, issues: readonly z.core.$ZodIssue[]): AppError {
  const { part } = judged
  const [first] = issues
  if (first !== undefined && issues.every(isTooLarge) && isTooLarge(first)) {
    const size = typeof first.input === 'string' ? `${first.input.length} characters` : 'too much'
    const message = `${placeOf(part, first)} has ${size}; the limit is ${first.maximum}`
    return new AppError('input_too_large', message)
  }
  const listed = issues.slice(0, mostProblems).map((issue) => problemOf(judged, issue))
  return new RequestInvalid(listed, issues.length)
}

/** Fastify's hook for validation: parses with Zod and reports every problem of the part at once. */
export const validateRequest: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const part = partNames[httpPart ?? ''] ?? 'request'
  return (data: unknown) => {
    const result = z.safeParse(schema, data, { reportInput: true })
    if (result.success) return { value: result.data }
    return { error: refusalOf({ part, data }, result.error.issues) }
  }
}
