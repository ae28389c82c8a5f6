import * as z from 'zod'
import type { HttpServer, RouteContext } from './http-server.ts'
import { problemResponses } from './problem.ts'

export function metricsRoute(server: HttpServer, context: RouteContext): void {
  server.route({
    method: 'GET',
    url: '/metrics',
    config: { role: 'viewer' },
    schema: {
      operationId: 'getMetrics',
      summary: 'Figures of this process for Prometheus',
      tags: ['operation'],
      response: {
        200: {
          description: 'Prometheus text format',
          content: { 'text/plain': { schema: z.string() } },
        },
        ...problemResponses(),
      },
    },
    handler: async (_request, reply) => {
      const { contentType, body } = await context.metrics()
      return reply.code(200).header('content-type', contentType).send(body)
    },
  })
}
