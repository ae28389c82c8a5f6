import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import {
  Analysis,
  AnalysisRequest,
  OrchestrationAccepted,
  OrchestrationRequest,
  OrchestrationResult,
  type Run,
} from '../contracts/index.ts'
import { AppError } from '../shared/index.ts'
import { SubmitHeaders } from './api-schemas.ts'
import type { HttpServer, RouteContext } from './http-server.ts'
import { orchestrationFrames } from './orchestration-frames.ts'
import { OrchestrationParams, WaitQuery } from './orchestration-schemas.ts'
import { problemResponses } from './problem.ts'
import { refuseExcess } from './refuse-excess.ts'
import { EventStream } from './stream-route.ts'

const tags = ['orchestration']

/** The given spelling; the server takes any case of it (`anyCasePrefix`). */
export const modelsPath = '/api/GitHubModels'

export function orchestrationRoutes(server: HttpServer, context: RouteContext): void {
  orchestrateRoute(server, context)
  resultRoute(server, context)
  analyzeRoute(server, context)
}

/** Aborts when the client has gone or the server closes. Neither ends the run. */
function whileHeard(reply: FastifyReply, closing: AbortSignal): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  // The server cuts sockets that are silent for a minute, which waiting for a result is not.
  reply.raw.on('timeout', () => undefined)
  return AbortSignal.any([gone.signal, closing])
}

const runPath = (run: Run): string => `/api/v1/runs/${run.id}`

type Accepting = Pick<RouteContext, 'orchestration' | 'simulated'>

function acceptedOf(run: Run, { orchestration, simulated }: Accepting): OrchestrationAccepted {
  return {
    runId: run.id,
    state: run.state,
    url: runPath(run),
    resultUrl: `${modelsPath}/orchestrate/${run.id}`,
    commentary: orchestration.accepted(run),
    simulated: simulated || run.simulated,
  }
}

const orchestrateResponses = {
  200: {
    description: 'Every workload has ended; or, where `Accept` asks for it, the events until then',
    content: {
      'application/json': { schema: OrchestrationResult },
      'text/event-stream': { schema: EventStream },
    },
  },
  202: OrchestrationAccepted.describe('The run is committed and goes on; Location names it'),
  ...problemResponses(
    ...(['idempotency_conflict', 'input_invalid', 'input_too_large'] as const),
    ...(['lineage_too_deep', 'media_type_unsupported', 'price_unknown'] as const),
    ...(['repository_not_allowed', 'split_cycle', 'split_duplicate_id'] as const),
    ...(['split_unknown_dependency', 'user_not_eligible'] as const),
  ),
}

function orchestrateRoute(server: HttpServer, context: RouteContext): void {
  const { orchestration, runs, closing } = context
  server.route({
    method: 'POST',
    url: `${modelsPath}/orchestrate/parallel`,
    config: { role: 'operator' },
    preValidation: refuseExcess,
    schema: {
      operationId: 'orchestrateParallel',
      summary: 'Perform workloads side by side on specialised models; a client may leave meanwhile',
      tags,
      headers: SubmitHeaders,
      querystring: WaitQuery,
      body: OrchestrationRequest,
      response: orchestrateResponses,
    },
    handler: async (request, reply) => {
      const signal = whileHeard(reply, closing)
      const key = request.headers['idempotency-key']
      const { run } = await orchestration.submit(request.body, request.caller, key)
      reply.header('location', runPath(run))
      if (request.headers.accept?.includes('text/event-stream') ?? false) {
        const from = await runs.snapshot(run.id)
        const frames = orchestrationFrames({ orchestration, runs, id: run.id, from, signal })
        return reply
          .code(200)
          .headers({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
          .send(Readable.from(frames))
      }
      const { wait, waitSeconds } = request.query
      const waitMs = wait === 'true' ? waitSeconds * 1000 : 0
      const result = waitMs === 0 ? null : await orchestration.wait(run.id, { waitMs, signal })
      if (result !== null) return reply.code(200).type('application/json').send(result)
      // It went on while this waited.
      const now = waitMs === 0 ? run : await runs.get(run.id)
      return reply.code(202).send(acceptedOf(now, context))
    },
  })
}

function resultRoute(server: HttpServer, { orchestration }: RouteContext): void {
  server.route({
    method: 'GET',
    url: `${modelsPath}/orchestrate/:runId`,
    config: { role: 'viewer' },
    schema: {
      operationId: 'getOrchestration',
      summary: 'The result of an orchestration so far',
      tags,
      params: OrchestrationParams,
      response: {
        200: OrchestrationResult.describe('The result, final once every workload has ended'),
        ...problemResponses('method_not_allowed', 'not_found'),
      },
    },
    handler: async (request, reply) => {
      const { runId } = request.params
      // The path of the other route, asked with GET: better said than "no run of that name".
      if (runId.toLowerCase() === 'parallel') {
        reply.header('allow', 'POST')
        const message = `GET is not possible at "${modelsPath}/orchestrate/parallel"; possible: POST`
        throw new AppError('method_not_allowed', message)
      }
      return await orchestration.result(runId)
    },
  })
}

function analyzeRoute(server: HttpServer, { orchestration }: RouteContext): void {
  server.route({
    method: 'POST',
    url: `${modelsPath}/analyze/workload`,
    config: { role: 'viewer' },
    preValidation: refuseExcess,
    schema: {
      operationId: 'analyzeWorkload',
      summary: 'What workloads would take: specialists, models, width, time, cost; nothing is run',
      tags,
      body: AnalysisRequest,
      response: {
        200: Analysis.describe('The analysis'),
        ...problemResponses(
          ...(['input_invalid', 'input_too_large', 'media_type_unsupported'] as const),
          ...(['price_unknown', 'repository_not_allowed', 'split_cycle'] as const),
          ...(['split_duplicate_id', 'split_unknown_dependency', 'user_not_eligible'] as const),
        ),
      },
    },
    handler: async (request) => await orchestration.analyze(request.body, request.caller),
  })
}
