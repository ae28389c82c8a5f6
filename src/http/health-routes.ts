import * as z from 'zod'
import { isAnybody } from './authenticate.ts'
import type { Readiness } from './http-dependencies.ts'
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
    checks: z.record(
      z.string(),
      z.object({
        ok: z.boolean(),
        detail: z.string().optional().describe('For callers with a token, and on loopback'),
      }),
    ),
  })
  .describe('Ready')

const tags = ['operation']

/** They name the database's version and place, which are nobody's business but the owner's. */
function withoutDetails({ ready, checks }: Readiness): z.infer<typeof Ready> {
  const bare = Object.entries(checks).map(([name, { ok }]) => [name, { ok }])
  return { ready, checks: Object.fromEntries(bare) }
}

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
    config: { role: 'anybody' },
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
    handler: async (request, reply) => {
      const known = await context.readiness()
      const readiness = isAnybody(request.caller) ? withoutDetails(known) : known
      if (readiness.ready) return reply.code(200).send(readiness)
      return reply.code(503).header('retry-after', '1').type('application/json').send(readiness)
    },
  })
}
