import {
  Catalogue,
  type LaneStatus,
  OrchestrationRequest,
  PerformanceMetrics,
} from '../contracts/index.ts'
import type { Readiness } from './http-dependencies.ts'
import type { HttpServer, RouteContext } from './http-server.ts'
import { modelsPath } from './orchestration-routes.ts'
import { ModelsHealth, SampleBody, WindowQuery } from './orchestration-schemas.ts'
import { problemResponses } from './problem.ts'

const tags = ['models']

export function catalogueRoutes(server: HttpServer, context: RouteContext): void {
  readRoutes(server, context)
  modelsHealthRoute(server, context)
  sampleRoute(server, context)
}

function readRoutes(server: HttpServer, { orchestration }: RouteContext): void {
  server.route({
    method: 'GET',
    url: `${modelsPath}/models/available`,
    config: { role: 'viewer' },
    schema: {
      operationId: 'listModels',
      summary: 'Specialists, and models with their lanes, prices and breakers',
      tags,
      response: { 200: Catalogue.describe('The catalogue'), ...problemResponses() },
    },
    handler: async () => await orchestration.catalogue(),
  })
  server.route({
    method: 'GET',
    url: `${modelsPath}/metrics/performance`,
    config: { role: 'viewer' },
    schema: {
      operationId: 'getPerformance',
      summary: 'Success, latency, models, pilot, use of lanes and speed-up over a window of time',
      tags,
      querystring: WindowQuery,
      response: { 200: PerformanceMetrics.describe('The figures'), ...problemResponses() },
    },
    handler: async (request) => await orchestration.performance(request.query.windowMinutes),
  })
}

const isOpen = (lane: LaneStatus): boolean => lane.breaker !== 'open' && lane.shut === null

const shutName = ({ name, dead }: LaneStatus): string =>
  dead === undefined ? name : `${name} (dead: ${dead.code})`

function laneCheck(lanes: readonly LaneStatus[]): { ok: boolean; detail: string } {
  const shut = lanes.filter((lane) => !isOpen(lane)).map(shutName)
  const detail = `${lanes.length - shut.length} of ${lanes.length} take work`
  return {
    ok: shut.length === 0 && lanes.length > 0,
    detail: shut.length === 0 ? detail : `${detail}; shut: ${shut.join(', ')}`,
  }
}

async function healthOf(context: RouteContext, readiness: Readiness): Promise<ModelsHealth> {
  const { version, simulated } = context
  const base = { version, simulated, checks: { ...readiness.checks } }
  // What is not ready cannot be asked: the database holds lanes and pilot.
  if (!readiness.ready) return { ...base, status: 'unavailable', lanes: [], pilot: null }
  const [catalogue, pilot] = await Promise.all([
    context.orchestration.catalogue(),
    context.pilot.status(),
  ])
  const lanes = catalogue.models.map(({ status }) => status)
  const checks = { ...base.checks, models: laneCheck(lanes) }
  const allWell = Object.values(checks).every(({ ok }) => ok)
  return { ...base, status: allWell ? 'healthy' : 'degraded', lanes, pilot, checks }
}

function modelsHealthRoute(server: HttpServer, context: RouteContext): void {
  const { 503: unavailable, ...problems } = problemResponses()
  server.route({
    method: 'GET',
    url: `${modelsPath}/health`,
    config: { role: 'viewer' },
    schema: {
      operationId: 'getModelsHealth',
      summary: 'Whether models, pilot, database and workers are well: 200, or 503 when not ready',
      tags,
      response: {
        200: ModelsHealth,
        503: {
          description: `Not ready; or ${unavailable?.description ?? 'unavailable'}`,
          content: { 'application/json': { schema: ModelsHealth }, ...unavailable?.content },
        },
        ...problems,
      },
    },
    handler: async (_request, reply) => {
      const health = await healthOf(context, await context.readiness())
      if (health.status !== 'unavailable') return reply.code(200).send(health)
      return reply.code(503).header('retry-after', '1').type('application/json').send(health)
    },
  })
}

function sampleRoute(server: HttpServer, { orchestration }: RouteContext): void {
  server.route({
    method: 'POST',
    url: `${modelsPath}/test/sample-request`,
    config: { role: 'viewer' },
    schema: {
      operationId: 'sampleRequest',
      summary: 'A body that orchestrate/parallel accepts as it is',
      tags,
      body: SampleBody,
      response: {
        200: OrchestrationRequest.describe('The body'),
        ...problemResponses('media_type_unsupported', 'input_too_large', 'repository_not_allowed'),
      },
    },
    handler: (request) => orchestration.sample(request.body?.repository),
  })
}
