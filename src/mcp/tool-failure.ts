import type { CallToolResult } from '@modelcontextprotocol/server'
import { AppError, errorCatalogue, type Log } from '../shared/index.ts'

/**
 * A failure as a tool's answer, so that the calling model reads it: the code, then what is wrong and
 * the remedy. What goes wrong inside may name paths, addresses or SQL: that stays in the log.
 */
export function toolFailure(thrown: unknown, tool: string, log: Log): CallToolResult {
  const error =
    thrown instanceof AppError
      ? thrown
      : new AppError('internal', 'an unexpected failure', { cause: thrown })
  const { code, isRetryable, retryAfterMs, httpStatus } = error
  if (httpStatus >= 500) log.error({ err: thrown, code, tool }, 'tool call failed')
  const detail = httpStatus >= 500 ? errorCatalogue[code].meaning : error.message
  const after =
    retryAfterMs === undefined ? '' : ` Try again in ${Math.ceil(retryAfterMs / 1000)} s.`
  return {
    isError: true,
    content: [{ type: 'text', text: `${code}: ${detail}${after}` }],
    _meta: { 'maniple/error': { code, isRetryable, ...(after === '' ? {} : { retryAfterMs }) } },
  }
}
