import helmet from '@fastify/helmet'
import fastify, { type FastifyInstance, LogController } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { boundRefusals } from '../records/index.ts'
import { AppError, newId } from '../shared/index.ts'
import { acceptJson } from './accept-json.ts'
import { auditRefusals } from './audit-refusals.ts'
import { authenticate } from './authenticate.ts'
import { budgetRoutes } from './budget-routes.ts'
import { catalogueRoutes } from './catalogue-routes.ts'
import { effectRoutes } from './effect-routes.ts'
import { guardOrigin } from './guard-origin.ts'
import { guideRoutes } from './guide-routes.ts'
import { handleErrors, refuseMalformed, sendProblem } from './handle-errors.ts'
import { healthRoutes } from './health-routes.ts'
import type { HttpDependencies } from './http-dependencies.ts'
import { mcpRoute } from './mcp-route.ts'
import { metricsRoute } from './metrics-route.ts'
import { describeRoutes, openapiRoute } from './openapi-route.ts'
import { modelsPath, orchestrationRoutes } from './orchestration-routes.ts'
import { pilotRoutes } from './pilot-routes.ts'
import { runsRoutes } from './runs-routes.ts'
import { streamRoute } from './stream-route.ts'
import { validateRequest } from './validate-request.ts'
import { webhookRoute } from './webhook-route.ts'

/** The paths of the models' API are taken in any case: `/api/githubmodels/…` is how many write it. */
const anyCasePrefix = (url: string): string =>
  url.replace(/^\/api\/githubmodels(?=\/)/i, modelsPath)

const bareServer = (deps: HttpDependencies): FastifyInstance =>
  fastify({
    loggerInstance: deps.log,
    // A line for every request costs more than most requests; failures are logged on their own.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => newId(),
    bodyLimit: deps.limits.maxInputBytes,
    // A silent socket is closed after a minute; a stream's heartbeats keep it alive.
    connectionTimeout: 60_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 10_000,
    http: { headersTimeout: 15_000, connectionsCheckingInterval: 5_000 },
    // Our own hook refuses late requests, as a problem.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 256 },
    rewriteUrl: ({ url }) => anyCasePrefix(url ?? '/'),
    frameworkErrors: sendProblem,
    clientErrorHandler: refuseMalformed,
  })

/** Refuses requests that arrive on open connections while the server closes; ends its streams. */
function closeGently(server: FastifyInstance): AbortSignal {
  const closing = new AbortController()
  const reason = new AppError('shutting_down', 'The server is stopping; repeat the request')
  server.addHook('preClose', async () => closing.abort(reason))
  server.addHook('onRequest', async () => closing.signal.throwIfAborted())
  server.addHook('onResponse', async () => {
    // A connection whose request was in flight when closing began would else idle on.
    if (closing.signal.aborted) setImmediate(() => server.server.closeIdleConnections())
  })
  return closing.signal
}

/** The whole HTTP side, apart from the socket: tests call it with `inject`. */
export async function createServer(deps: HttpDependencies): Promise<FastifyInstance> {
  const server = bareServer(deps)
  server.setValidatorCompiler(validateRequest)
  // Replies are our own, typed values; a test holds them against the document.
  server.setSerializerCompiler(() => JSON.stringify)
  acceptJson(server)
  handleErrors(server)
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-request-id': request.id })
  })
  const closing = closeGently(server)
  await server.register(helmet, {
    // Plain HTTP on this machine: asking browsers for HTTPS would only break the page.
    strictTransportSecurity: false,
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  })
  const { audit } = deps.access
  const refusals = boundRefusals({ audit, event: 'HTTP_Requests_Denied' })
  auditRefusals(server, refusals)
  guardOrigin(server, deps.access)
  const spend = await authenticate(server, deps.access)
  await describeRoutes(server, deps.version)

  const typed = server.withTypeProvider<ZodTypeProvider>()
  const context = { ...deps, closing }
  guideRoutes(typed, context)
  healthRoutes(typed, context)
  metricsRoute(typed, context)
  openapiRoute(typed)
  runsRoutes(typed, context)
  streamRoute(typed, context)
  orchestrationRoutes(typed, context)
  catalogueRoutes(typed, context)
  budgetRoutes(typed, context)
  pilotRoutes(typed, context)
  effectRoutes(typed, context)
  mcpRoute(server, { deps: context, refusals, spend })
  await webhookRoute(server, context)
  return server
}
