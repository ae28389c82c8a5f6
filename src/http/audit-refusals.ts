import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AppError, ErrorCode } from '../shared/index.ts'
import { toAppError } from './handle-errors.ts'
import type { Access } from './http-dependencies.ts'

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

type Window = { readonly ends: number; written: number; leftOut: number }

type Options = Pick<Access, 'audit'> & { readonly now?: () => number }

const minute = 60_000
/** Refusals of one address that are written one by one each minute; the others are counted. */
const perMinute = 10
const mostAddresses = 1000

/** Tells the audit of refused requests, at most so many that nobody can flood it. */
export function auditRefusals(
  server: FastifyInstance,
  { audit, now = () => performance.now() }: Options,
): void {
  const windows = new Map<string, Window>()
  const close = (address: string, { leftOut }: Window): void => {
    windows.delete(address)
    if (leftOut === 0) return
    const details = { Address: address, LeftOut: leftOut }
    const common = { event: 'HTTP_Requests_Denied', actor: address, repository: null }
    audit({ ...common, action: 'CountRefusals', result: 'DENIED', details })
  }
  const closeEnded = (): void => {
    const time = now()
    // In the order of their beginning: the first that goes on ends the search.
    for (const [address, window] of windows) {
      if (window.ends > time && windows.size <= mostAddresses) return
      close(address, window)
    }
  }
  const windowOf = (address: string): Window => {
    closeEnded()
    const window = windows.get(address) ?? { ends: now() + minute, written: 0, leftOut: 0 }
    windows.set(address, window)
    return window
  }
  server.addHook('onError', async (request, _reply, error) => {
    const failure = toAppError(error, request)
    if (!isRefusal(failure, request)) return
    const window = windowOf(request.ip)
    if (window.written >= perMinute) window.leftOut += 1
    else {
      window.written += 1
      const { code, message: reason } = failure
      audit({ ...denied(request), details: { Code: code, Reason: reason, Address: request.ip } })
    }
  })
  const timer = setInterval(closeEnded, minute).unref()
  server.addHook('onClose', async () => {
    clearInterval(timer)
    for (const [address, window] of windows) close(address, window)
  })
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
