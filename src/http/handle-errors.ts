import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isConnectionError } from '../resilience/index.ts'
import { AppError } from '../shared/index.ts'
import { isFastifyFailure, ofFastifyFailure } from './fastify-failure.ts'
import { problemType, toProblem } from './problem.ts'

/** Takes anything thrown; what nobody foresaw becomes `internal` and says nothing to the client. */
export function toAppError(error: unknown, request: FastifyRequest): AppError {
  if (error instanceof AppError) return error
  const refusal = isFastifyFailure(error) ? ofFastifyFailure(error, request) : undefined
  if (refusal === undefined && isConnectionError(error)) return withoutDatabase(error)
  return refusal ?? new AppError('internal', 'an unexpected failure', { cause: error })
}

function withoutDatabase(cause: unknown): AppError {
  const message = 'the database does not answer at the moment: try again'
  return new AppError('database_unavailable', message, { cause })
}

/** At most 200 characters of what the client sent, quoted. */
const quoted = (text: string): string => JSON.stringify(text.slice(0, 200))

export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const failure = toAppError(error, request)
  const { problem, headers } = toProblem(failure, request.id)
  if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, 'request failed')
  else request.log.debug({ code: problem.code, detail: problem.detail }, 'request refused')
  // As text, because a route's own serializers know only the routes' own answers.
  reply.code(problem.status).headers(headers).type(problemType).send(JSON.stringify(problem))
}

type KnownPath = { readonly pattern: RegExp; readonly methods: Set<string> }

const patternOf = (url: string): RegExp => {
  const parts = url.replaceAll('.', '[.]').split('/')
  return new RegExp(`^${parts.map((part) => part.replace(/^:.+/, '[^/]+')).join('/')}$`)
}

/** Answers everything that has no route: 405 where the path has other methods, else 404. */
export function handleErrors(server: FastifyInstance): void {
  const known = new Map<string, KnownPath>()
  server.addHook('onRoute', ({ url, method }) => {
    const path = known.get(url) ?? { pattern: patternOf(url), methods: new Set() }
    for (const name of [method].flat()) path.methods.add(name)
    known.set(url, path)
  })
  server.setErrorHandler(sendProblem)
  server.setNotFoundHandler((request, reply) => {
    const [path = request.url] = request.url.split('?')
    const match = known.values().find(({ pattern }) => pattern.test(path))
    if (match === undefined) {
      const message = `There is nothing at ${quoted(path)}; GET / lists where to begin`
      return sendProblem(new AppError('not_found', message), request, reply)
    }
    const allowed = [...match.methods].sort().join(', ')
    reply.header('allow', allowed)
    const message = `${request.method} is not possible at ${quoted(path)}; possible: ${allowed}`
    return sendProblem(new AppError('method_not_allowed', message), request, reply)
  })
}

const statusOfSocketError: Readonly<Record<string, readonly [number, string, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'The request took too long to arrive'],
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'The headers are too large'],
}

/** What is not even HTTP gets its problem as raw bytes: there is no request to answer. */
export function refuseMalformed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const [status, title, detail] = statusOfSocketError[error.code ?? ''] ?? [
    400,
    'Bad Request',
    'This is not a well-formed HTTP request',
  ]
  const body = JSON.stringify({
    type: '/errors#request_invalid',
    title: 'Request invalid',
    status,
    detail,
    code: 'request_invalid',
    instance: 'none',
  })
  const head = `HTTP/1.1 ${status} ${title}\r\ncontent-type: ${problemType}\r\nconnection: close\r\n`
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}
