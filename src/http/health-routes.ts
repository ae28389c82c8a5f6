import * as z from 'zod'
import type { HttpServer, RouteContext } from './http-server.ts'
import { problemResponses } from './problem.ts'

const Health = z
  .object({
    status: z.literal('ok'),
    version: z.string(),
    simulated: z.boolean().describe('The only model provider is the simulated one'),
  })
  .describe('Alive')

const Ready = z
  .object({
    ready: z.boolean(),
    checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string() })),
  })
  .describe('Ready')

const tags = ['operation']

export function healthRoutes(server: HttpServer, context: RouteContext): void {
  server.route({
    method: 'GET',
    url: '/health',
    config: { role: 'none' },
    schema: {
      operationId: 'getHealth',
      summary: 'The process is alive',
      tags,
      security: [],
      response: { 200: Health, ...problemResponses() },
    },
    handler: () => ({
      status: 'ok' as const,
      version: context.version,
      simulated: context.simulated,
    }),
  })
  const { 503: unavailable, ...problems } = problemResponses()
  server.route({
    method: 'GET',
    url: '/ready',
    config: { role: 'none' },
    schema: {
      operationId: 'getReadiness',
      summary: 'Whether work can be accepted and done now, check by check',
      tags,
      security: [],
      response: {
        200: Ready,
        503: {
          description: `Not ready; or ${unavailable?.description ?? 'unavailable'}`,
          content: { 'application/json': { schema: Ready }, ...unavailable?.content },
        },
        ...problems,
      },
    },
    handler: async (_request, reply) => {
      const readiness = await context.readiness()
      if (readiness.ready) return reply.code(200).send(readiness)
      return reply.code(503).header('retry-after', '1').type('application/json').send(readiness)
    },
  })
}
