import { createHash } from 'node:crypto'
import type { GitHubFault } from '../faults/choose-fault.ts'
import { acceptedPermissions } from '../rest/access.ts'
import { authenticate, type Credentials } from '../rest/authenticate.ts'
import type { Reply } from '../rest/reply.ts'
import { allRoutes } from '../rest/routes/all-routes.ts'
import { asVersion, versionOf } from '../rest/version.ts'
import type { Token } from '../state/actor.ts'
import { Refusal } from '../state/refusal.ts'
import { answerGraphql } from './answer-graphql.ts'
import { badGateway, refusalBody, secondaryLimit, serverError } from './error-body.ts'
import { limitHeaders, rateLimitReply } from './limit-headers.ts'
import { performRoute } from './perform-route.ts'
import type { Incoming, Outgoing, Routed, Service } from './service.ts'

/** Answers one request from its first byte to its last; never throws. */
export async function answer(service: Service, incoming: Incoming): Promise<Outgoing> {
  const { statistics, world } = service
  const routed = findRoute(service, incoming)
  statistics.begin(routed.name, world.clock.now())
  const fault = service.faults.choose(incoming.method, templateOf(routed))
  if (fault !== null) statistics.faulted()
  const outgoing = await answerWith(service, routed, fault)
  statistics.end(outgoing.kind === 'answer' ? outgoing.status : 'aborted')
  return outgoing
}

const templateOf = ({ name }: Routed): string => name.slice(name.indexOf(' ') + 1)

async function answerWith(
  service: Service,
  routed: Routed,
  fault: GitHubFault | null,
): Promise<Outgoing> {
  switch (fault) {
    case 'timeout':
      return { kind: 'hang' }
    case 'drop_before':
      return { kind: 'drop' }
    case 'drop_after':
      await guarded(service, routed, null)
      return { kind: 'drop' }
    case 'server_error':
      return await guarded(service, routed, serverError)
    case 'bad_gateway':
      return await guarded(service, routed, badGateway)
    case 'secondary_limit':
      return await guarded(service, routed, secondaryLimit)
    case null:
      return await guarded(service, routed, null)
  }
}

type Outcome = { readonly reply: Reply; readonly headers: Readonly<Record<string, string>> }

/** `fault` takes the place of what would have been done. */
async function guarded(service: Service, routed: Routed, fault: Refusal | null): Promise<Outgoing> {
  const { incoming } = routed
  let credentials: Credentials | null = null
  try {
    checkRequest(incoming)
    credentials = authenticate(service.world, incoming.headers.authorization)
    const outcome = await admitted(service, { routed, credentials, fault })
    return respond(service, routed, { ...outcome, token: credentials.token })
  } catch (error) {
    const refusal = error instanceof Refusal ? error : internal(service, error)
    const token = credentials?.token ?? null
    const reply = { status: refusal.status, body: refusalBody(refusal) }
    const headers = fault === secondaryLimit ? { 'retry-after': '60' } : {}
    return respond(service, routed, { reply, headers, token })
  }
}

function internal(service: Service, error: unknown): Refusal {
  service.failed(error)
  const message = error instanceof Error ? error.message : String(error)
  return new Refusal(500, `The simulated GitHub failed: ${message}`)
}

function checkRequest({ headers, body }: Incoming): void {
  if ((headers['user-agent'] ?? '').trim() === '') {
    throw new Refusal(
      403,
      'Request forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required).',
    )
  }
  versionOf(headers['x-github-api-version'])
  if (body === null) throw new Refusal(413, 'Payload too large')
}

async function admitted(
  service: Service,
  {
    routed,
    credentials,
    fault,
  }: {
    readonly routed: Routed
    readonly credentials: Credentials
    readonly fault: Refusal | null
  },
): Promise<Outcome> {
  const { token } = credentials
  if (token === null) {
    if (fault !== null) throw fault
    return { reply: await performRoute(service, routed, credentials), headers: {} }
  }
  if (routed.url.pathname === '/rate_limit') {
    return { reply: rateLimitReply(service, token), headers: {} }
  }
  const release = service.limits.open(token)
  try {
    if (routed.url.pathname === '/graphql') {
      return await answerGraphql(service, { incoming: routed.incoming, token, fault })
    }
    return await limited(service, { routed, token, fault })
  } finally {
    release()
  }
}

async function limited(
  service: Service,
  {
    routed,
    token,
    fault,
  }: {
    readonly routed: Routed
    readonly token: Token
    readonly fault: Refusal | null
  },
): Promise<Outcome> {
  const { limits, statistics, world } = service
  const isWrite = !['GET', 'HEAD'].includes(routed.incoming.method)
  const creations = routed.route?.access.createsContent === true ? 1 : 0
  const request = { resource: 'core', points: isWrite ? 5 : 1, creations } as const
  const limit = limits.admit(token, request)
  if (limit !== null) {
    statistics.limited(limit.kind)
    const body = refusalBody(new Refusal(403, limit.message))
    const after = limit.retryAfterSeconds
    const headers = after === null ? {} : { 'retry-after': String(after) }
    return { reply: { status: 403, body }, headers }
  }
  if (fault !== null) throw fault
  if (isWrite) statistics.wrote(world.clock.now())
  statistics.created(world.clock.now(), creations)
  return { reply: await performRoute(service, routed, { token, app: null }), headers: {} }
}

let requests = 0

function respond(
  service: Service,
  routed: Routed,
  { reply, headers, token }: Outcome & { readonly token: Token | null },
): Outgoing {
  const { incoming, url, name, route } = routed
  const version = incoming.headers['x-github-api-version'] ?? '2022-11-28'
  const body = writtenBody(reply, version)
  const etag = etagOf(incoming, reply, body)
  const isKnown = etag !== null && isMatch(incoming.headers['if-none-match'], etag)
  if (isKnown && token !== null && url.pathname !== '/rate_limit') service.limits.refund(token)
  requests += 1
  const resource = url.pathname === '/graphql' ? 'graphql' : 'core'
  return {
    kind: 'answer',
    status: isKnown ? 304 : reply.status,
    body: isKnown || incoming.method === 'HEAD' ? null : body,
    headers: {
      ...(body === null || isKnown ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      'x-maniple-simulated': 'true',
      'x-maniple-route': name,
      date: new Date(service.world.clock.now()).toUTCString(),
      'x-github-request-id': `SIMU:${requests.toString(16).toUpperCase().padStart(8, '0')}`,
      'x-github-media-type': 'github.v3; format=json',
      'x-github-api-version-selected': version,
      ...(etag === null ? {} : { etag, 'cache-control': 'private, max-age=60, s-maxage=60' }),
      ...(token === null ? {} : limitHeaders(service, token, resource)),
      ...(token?.kind === 'classic' ? { 'x-oauth-scopes': token.scopes.join(', ') } : {}),
      ...(route === null || route.access.permissions.length === 0
        ? {}
        : { 'x-accepted-github-permissions': acceptedPermissions(route.access) }),
      ...reply.headers,
      ...headers,
    },
  }
}

function writtenBody(reply: Reply, header: string): string | null {
  if (reply.body === undefined) return null
  const version = header === '2026-03-10' ? '2026-03-10' : '2022-11-28'
  return JSON.stringify(asVersion(version, reply.body))
}

/** Depends on whatever the answer depends on: its text, and who asked for it in which form. */
function etagOf({ method, headers }: Incoming, reply: Reply, body: string | null): string | null {
  if (method !== 'GET' || reply.status !== 200 || body === null) return null
  const digest = createHash('sha256')
    .update(JSON.stringify([headers.authorization, headers.accept, reply.headers?.link ?? '']))
    .update(body)
    .digest('hex')
  return `W/"${digest}"`
}

function isMatch(header: string | undefined, etag: string): boolean {
  const strip = (tag: string): string => tag.trim().replace(/^W\//, '')
  return header?.split(',').some((tag) => tag.trim() === '*' || strip(tag) === strip(etag)) ?? false
}

const special: readonly string[] = ['POST /graphql', 'GET /rate_limit']

function findRoute({ world }: Service, incoming: Incoming): Routed {
  const method = incoming.method === 'HEAD' ? 'GET' : incoming.method
  const unknown = { incoming, name: `${method} unknown`, route: null, params: {} }
  const base = world.url()
  const url = URL.canParse(incoming.target, base) ? new URL(incoming.target, base) : null
  if (url === null) return { ...unknown, url: new URL(base) }
  const name = `${method} ${url.pathname}`
  if (special.includes(name)) return { ...unknown, url, name }
  for (const route of allRoutes) {
    if (route.method !== method) continue
    const found = route.pattern.exec(url.pathname)
    if (found === null) continue
    return { incoming, url, name: `${method} ${route.template}`, route, params: decoded(found) }
  }
  return { ...unknown, url }
}

function decoded({ groups = {} }: RegExpExecArray): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(groups).map(([name, value]) => [name, decode(value ?? '')]),
  )
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // No valid encoding: taken as it stands, and so found nowhere.
    return text
  }
}
