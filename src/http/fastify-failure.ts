import type { FastifyRequest } from 'fastify'
import { AppError } from '../shared/index.ts'

type FastifyFailure = Error & { readonly code: string; readonly statusCode: number }

export const isFastifyFailure = (error: unknown): error is FastifyFailure =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  error.code.startsWith('FST_') &&
  'statusCode' in error &&
  typeof error.statusCode === 'number'

/** What Fastify itself refuses, in our codes and with the remedy; undefined for its own faults. */
export function ofFastifyFailure(
  cause: FastifyFailure,
  request: FastifyRequest,
): AppError | undefined {
  switch (cause.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE': {
      const limit = request.routeOptions.bodyLimit ?? request.server.initialConfig.bodyLimit
      const message = `The body is larger than the limit of ${limit} bytes; split it into several runs`
      return new AppError('input_too_large', message, { cause })
    }
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_TYPE': {
      const got = JSON.stringify(request.headers['content-type'] ?? 'none')
      const message = `Content-Type ${got} is not understood; send JSON as application/json`
      return new AppError('media_type_unsupported', message, { cause })
    }
    case 'FST_ERR_BAD_URL': {
      const message = 'The path is not well-formed; write special characters as %XX'
      return new AppError('request_invalid', message, { cause })
    }
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new AppError('not_found', 'There is no such thing: ids have at most 64 characters', {
        cause,
      })
    default:
      if (cause.statusCode >= 500) return undefined
      return new AppError('request_invalid', cause.message, { cause })
  }
}
