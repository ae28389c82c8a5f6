import type { FastifySchemaCompiler } from 'fastify'
import * as z from 'zod'
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

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const choices = issue.errors.map((errors) => errors.map((inner) => inner.message).join(', '))
    return `none of the allowed forms: ${choices.join('; or ')}${shown(issue.input)}`
  }
  return `${issue.message}${shown(issue.input)}`
}

const problemOf = (part: string, issue: z.core.$ZodIssue): RequestProblem => ({
  path: [part, ...issue.path.map(String)].join('.'),
  message: messageOf(issue),
})

/** Fastify's hook for validation: parses with Zod and reports every problem of the part at once. */
export const validateRequest: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const part = partNames[httpPart ?? ''] ?? 'request'
  return (data: unknown) => {
    const result = z.safeParse(schema, data, { reportInput: true })
    if (result.success) return { value: result.data }
    return { error: new RequestInvalid(result.error.issues.map((issue) => problemOf(part, issue))) }
  }
}
