import type { FastifyInstance } from 'fastify'
import { AppError } from '../shared/index.ts'
import { findJsonProblem } from './find-json-problem.ts'

function whyRefused(text: string): AppError {
  try {
    JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new AppError(
      'request_invalid',
      `The body is not JSON: ${reason.replaceAll('\n', ' ')}`,
      {
        cause,
      },
    )
  }
  return new AppError(
    'request_invalid',
    'The body has a key "__proto__" or "constructor.prototype"; rename it',
  )
}

/** JSON is the only media type; an absent body stays undefined, so that the route's schema judges it. */
export function acceptJson(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error')
  server.removeAllContentTypeParsers()
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    (request, body: string, done) => {
      if (body.length === 0) return done(null, undefined)
      return parse(request, body, (error, value: unknown) => {
        if (error !== null) return done(whyRefused(body))
        const problem = findJsonProblem(body, value)
        if (problem !== undefined) return done(new AppError('request_invalid', problem))
        return done(null, value)
      })
    },
  )
}
