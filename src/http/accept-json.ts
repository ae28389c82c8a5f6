import type { FastifyInstance } from 'fastify'
import { AppError } from '../shared/index.ts'

/** Deep nesting buys nothing and would overflow the stack of whatever walks it recursively. */
const maxDepth = 100

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null

/** True when arrays and objects nest deeper than `limit`. Walks level by level, never recursively. */
function nestsDeeper(value: unknown, limit: number): boolean {
  let level = [value].filter(isNested)
  for (let depth = 0; depth < limit && level.length > 0; depth += 1)
    level = level.flatMap((item) => Object.values(item).filter(isNested))
  return level.length > 0
}

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
      return parse(request, body, (error, value) => {
        if (error !== null) return done(whyRefused(body))
        if (nestsDeeper(value, maxDepth)) {
          const message = `The body nests deeper than ${maxDepth} levels; flatten it`
          return done(new AppError('request_invalid', message))
        }
        return done(null, value)
      })
    },
  )
}
