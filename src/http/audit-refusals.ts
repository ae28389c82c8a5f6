import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Refusals } from '../records/index.ts'
import type { AppError, ErrorCode } from '../shared/index.ts'
import { toAppError } from './handle-errors.ts'

/** What the workflows refuse they tell the audit themselves, with the repository it was about. */
const refusals: readonly ErrorCode[] = [
  'host_not_allowed',
  'origin_not_allowed',
  'role_insufficient',
  'token_invalid',
  'token_missing',
  'too_many_requests',
]

/** Of requests that would have changed something. */
const malformed: readonly ErrorCode[] = [
  'input_too_large',
  'media_type_unsupported',
  'request_invalid',
]

/** Tells the audit of refused requests. */
export function auditRefusals(server: FastifyInstance, refusals: Refusals): void {
  server.addHook('onError', async (request, _reply, error) => {
    const failure = toAppError(error, request)
    if (!isRefusal(failure, request)) return
    const { code, message: reason } = failure
    const details = { Code: code, Reason: reason, Address: request.ip }
    refusals.tell(request.ip, { ...denied(request), details })
  })
  server.addHook('onClose', async () => refusals.close())
}

function isRefusal({ code }: AppError, { method }: FastifyRequest): boolean {
  const isReading = method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
  return refusals.includes(code) || (!isReading && malformed.includes(code))
}

function denied(request: FastifyRequest) {
  const { method, ip, caller, routeOptions } = request
  // The pattern of the route, not what was asked for: paths may hold anything.
  const action = `${method} ${routeOptions.url ?? 'unknown path'}`
  const isNamed = caller !== undefined && caller.user !== 'anonymous'
  const actor = isNamed ? caller.user : ip
  return {
    event: 'HTTP_Request_Denied',
    actor,
    repository: null,
    action,
    result: 'DENIED' as const,
  }
}
