import { isUtf8 } from 'node:buffer'
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

const notUtf8 = 'The body is not UTF-8, which JSON is sent in; encode it so'

/** JSON is the only media type; an absent body stays undefined, so that the route's schema judges it. */
export function acceptJson(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error')
  server.removeAllContentTypeParsers()
  server.addContentTypeParser(
    'application/json',
    // Raw: as text, what is no UTF-8 would already have become U+FFFD, and been accepted.
    { parseAs: 'buffer' },
    (request, bytes: Buffer, done) => {
      if (bytes.length === 0) return done(null, undefined)
      if (!isUtf8(bytes)) return done(new AppError('request_invalid', notUtf8))
      const body = bytes.toString()
      return parse(request, body, (error, value: unknown) => {
        if (error !== null) return done(whyRefused(body))
        const problem = findJsonProblem(body, value)
        if (problem !== undefined) return done(new AppError('request_invalid', problem))
        return done(null, value)
      })
    },
  )
}
