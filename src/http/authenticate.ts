import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Caller, Role } from '../contracts/index.ts'
import { AppError } from '../shared/index.ts'
import { cacheTokens } from './cache-tokens.ts'
import type { Access } from './http-dependencies.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The least role a route takes; default: viewer for GET, operator for the others. With `none`
     * tokens are not looked at; with `anybody` nobody is refused, but who is known is told more.
     */
    role?: Role | 'none' | 'anybody'
  }
  interface FastifyRequest {
    /** Set before any handler runs. */
    caller: Caller
  }
}

const ranks: Readonly<Record<Role, number>> = { viewer: 1, operator: 2, admin: 3 }
const reading: readonly string[] = ['GET', 'HEAD', 'OPTIONS']
const minute = 60_000

/** Being on this machine is all the authority there is, where nobody else can connect. */
const local: Caller = { user: 'local', role: 'admin', via: 'http' }
/** On routes that anybody may ask. */
const anybody: Caller = { user: 'anonymous', role: 'viewer', via: 'http' }

export const isAnybody = (caller: Caller): boolean => caller === anybody

// A path without a route takes what it would take with one: it must not tell which paths there are.
function roleOf(request: FastifyRequest): Role | 'none' | 'anybody' {
  return (
    request.routeOptions.config.role ?? (reading.includes(request.method) ? 'viewer' : 'operator')
  )
}

function tokenOf(header: string): string | null {
  return /^bearer +(?<token>[\x21-\x7e]{1,200}) *$/i.exec(header)?.groups?.token ?? null
}

function unauthorized(reply: FastifyReply, code: 'token_missing' | 'token_invalid'): AppError {
  const isMissing = code === 'token_missing'
  reply.header('www-authenticate', isMissing ? 'Bearer' : 'Bearer error="invalid_token"')
  const message = isMissing
    ? 'This server wants an API token: send Authorization: Bearer TOKEN (`maniple token create` makes one)'
    : 'The API token is unknown, revoked or expired; `maniple token create` makes one'
  return new AppError(code, message)
}

function checkRole(caller: Caller, needed: Role): void {
  if (ranks[caller.role] >= ranks[needed]) return
  const message = `This takes the role ${needed}; the token ${JSON.stringify(caller.user)} has ${caller.role}`
  throw new AppError('role_insufficient', message)
}

type Limiter = ReturnType<FastifyInstance['createRateLimit']>

async function spend(limiter: Limiter, request: FastifyRequest): Promise<void> {
  const spent = await limiter(request)
  if (spent.isAllowed || !spent.isExceeded) return
  const message = `More than ${spent.max} requests in a minute; go on in ${spent.ttlInSeconds} s`
  throw new AppError('too_many_requests', message, { retryAfterMs: spent.ttl })
}

/** Counts one request more of a caller, for requests that hold several. Throws `too_many_requests`. */
export type Spend = (request: FastifyRequest) => Promise<void>

/** Names the caller of every request, and refuses those who may not ask or ask too often. */
export async function authenticate(server: FastifyInstance, access: Access): Promise<Spend> {
  const { requireTokens, requestsPerMinute: max } = access
  await server.register(rateLimit, { global: false })
  const perAddress = server.createRateLimit({
    max,
    timeWindow: minute,
    keyGenerator: (request) => `address ${request.ip}`,
  })
  const perCaller = server.createRateLimit({
    max,
    timeWindow: minute,
    keyGenerator: ({ caller, ip }) => (caller === local ? `local ${ip}` : `token ${caller.user}`),
  })
  const tokens = cacheTokens(access.authenticate)

  const recognise = async (request: FastifyRequest): Promise<Caller | null> => {
    const { authorization } = request.headers
    if (authorization === undefined) return requireTokens ? null : local
    const token = tokenOf(authorization)
    // Guessing must not become a flood of look-ups: only known tokens are free of this limit.
    if (token === null || !tokens.has(token)) await spend(perAddress, request)
    return token === null ? null : await tokens.find(token)
  }
  const judge = async (request: FastifyRequest, reply: FastifyReply): Promise<Caller> => {
    const caller = await recognise(request)
    if (caller !== null) return caller
    if (request.headers.authorization !== undefined) throw unauthorized(reply, 'token_invalid')
    await spend(perAddress, request)
    throw unauthorized(reply, 'token_missing')
  }
  server.decorateRequest('caller')
  server.addHook('onRequest', async (request, reply) => {
    request.caller = anybody
    const needed = roleOf(request)
    if (needed === 'none') return
    if (needed === 'anybody') {
      request.caller = (await recognise(request)) ?? anybody
      return
    }
    request.caller = await judge(request, reply)
    await spend(perCaller, request)
    checkRole(request.caller, needed)
  })
  return (request) => spend(perCaller, request)
}
