import { RunReport } from '../contracts/index.ts'
import {
  PageQuery,
  RunBody,
  RunParams,
  RunReply,
  RunsQuery,
  RunsReply,
  SubmitHeaders,
  TasksReply,
} from './api-schemas.ts'
import type { HttpServer, RouteContext } from './http-server.ts'
import { problemResponses } from './problem.ts'

const tags = ['runs']

export function runsRoutes(server: HttpServer, context: RouteContext): void {
  submitRoute(server, context)
  readRoutes(server, context)
  actionRoutes(server, context)
}

function submitRoute(server: HttpServer, { runs }: RouteContext): void {
  server.route({
    method: 'POST',
    url: '/api/v1/runs',
    schema: {
      operationId: 'submitRun',
      summary: 'Submit a run; it is committed when this answers, and Location names it',
      tags,
      headers: SubmitHeaders,
      body: RunBody,
      response: {
        202: RunReply,
        ...problemResponses(
          ...(['agent_unknown', 'idempotency_conflict', 'input_invalid'] as const),
          ...(['input_too_large', 'media_type_unsupported', 'price_unknown'] as const),
          ...(['split_cycle', 'split_duplicate_id', 'split_unknown_dependency'] as const),
        ),
      },
    },
    handler: async (request, reply) => {
      const key = request.headers['idempotency-key']
      const { run } = await runs.submit(request.body, key, request.caller)
      return reply.code(202).header('location', `/api/v1/runs/${run.id}`).send({ run })
    },
  })
}

function readRoutes(server: HttpServer, { runs }: RouteContext): void {
  server.route({
    method: 'GET',
    url: '/api/v1/runs',
    schema: {
      operationId: 'listRuns',
      summary: 'Runs, newest first',
      tags,
      querystring: RunsQuery,
      response: { 200: RunsReply, ...problemResponses() },
    },
    handler: async (request) => await runs.list(request.query),
  })
  server.route({
    method: 'GET',
    url: '/api/v1/runs/:id',
    schema: {
      operationId: 'getRun',
      summary: 'One run, with its counts, its figures and the limit that binds it now',
      tags,
      params: RunParams,
      response: { 200: RunReply, ...problemResponses('not_found') },
    },
    handler: async (request) => ({ run: await runs.get(request.params.id) }),
  })
  server.route({
    method: 'GET',
    url: '/api/v1/runs/:id/tasks',
    schema: {
      operationId: 'listTasks',
      summary: "The tasks of a run in the plan's order, with why each waits",
      tags,
      params: RunParams,
      querystring: PageQuery,
      response: { 200: TasksReply, ...problemResponses('not_found') },
    },
    handler: async (request) => await runs.tasks(request.params.id, request.query),
  })
  server.route({
    method: 'GET',
    url: '/api/v1/runs/:id/report',
    schema: {
      operationId: 'getReport',
      summary: 'What the run amounts to: tasks, times, speed-up, cost, failures',
      tags,
      params: RunParams,
      response: {
        200: {
          description: 'The report',
          content: { 'application/json': { schema: RunReport } },
        },
        ...problemResponses('not_found'),
      },
    },
    handler: async (request) => await runs.report(request.params.id),
  })
}

function actionRoutes(server: HttpServer, { runs }: RouteContext): void {
  server.route({
    method: 'POST',
    url: '/api/v1/runs/:id/cancel',
    schema: {
      operationId: 'cancelRun',
      summary: 'Cancel what has not ended yet',
      tags,
      params: RunParams,
      response: { 202: RunReply, ...problemResponses('not_found') },
    },
    handler: async (request, reply) =>
      reply.code(202).send({ run: await runs.cancel(request.params.id, request.caller) }),
  })
  server.route({
    method: 'POST',
    url: '/api/v1/runs/:id/retry',
    schema: {
      operationId: 'retryRun',
      summary: 'Rerun the failed, skipped and cancelled tasks',
      tags,
      params: RunParams,
      response: { 202: RunReply, ...problemResponses('not_found', 'retry_not_possible') },
    },
    handler: async (request, reply) =>
      reply.code(202).send({ run: await runs.retry(request.params.id, request.caller) }),
  })
}
