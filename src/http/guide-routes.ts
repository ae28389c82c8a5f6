import * as z from 'zod'
import { errorCatalogue } from '../shared/index.ts'
import type { HttpServer, RouteContext } from './http-server.ts'
import { problemResponses } from './problem.ts'

const Index = z.object({
  name: z.literal('Maniple'),
  version: z.string(),
  simulated: z.boolean(),
  next: z.array(z.object({ what: z.string(), link: z.string() })),
})
type Index = z.infer<typeof Index>

const Errors = z
  .record(
    z.string(),
    z.object({ httpStatus: z.int(), isRetryable: z.boolean(), meaning: z.string() }),
  )
  .describe('By code')

const next = [
  { what: 'Runs, newest first; POST here to submit one', link: '/api/v1/runs' },
  {
    what: 'Models, specialists, prices; POST workloads to /api/GitHubModels/orchestrate/parallel',
    link: '/api/GitHubModels/models/available',
  },
  {
    what: 'Success, latency, cost and speed-up of the last hour',
    link: '/api/GitHubModels/metrics/performance',
  },
  { what: 'What is left of each budget, and when money comes back', link: '/api/v1/budgets' },
  { what: 'The pilot: a model on trial', link: '/api/GitHubModels/pilot/status' },
  { what: 'Health of models, pilot, database and workers', link: '/api/GitHubModels/health' },
  { what: 'Everything this server answers, as OpenAPI 3.1', link: '/openapi.json' },
  { what: 'Every error code and what to do about it', link: '/errors' },
  { what: 'Whether the process is alive', link: '/health' },
  { what: 'Whether work can be done now', link: '/ready' },
]

const asPage = ({ version, simulated }: Index): string => {
  const links = next.map(({ what, link }) => `<li><a href="${link}">${link}</a> ${what}</li>`)
  const label = simulated ? '<p>Models are <strong>simulated</strong>.</p>' : ''
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Maniple</title><h1>Maniple ${version}</h1>${label}<ul>${links.join('')}</ul></html>`
}

const tags = ['guide']

export function guideRoutes(server: HttpServer, { version, simulated }: RouteContext): void {
  server.route({
    method: 'GET',
    url: '/',
    schema: {
      operationId: 'getIndex',
      summary: 'What to try next',
      tags,
      response: {
        200: {
          description: 'HTML for a browser, otherwise JSON',
          content: {
            'application/json': { schema: Index },
            'text/html': { schema: z.string() },
          },
        },
        ...problemResponses(),
      },
    },
    handler: async (request, reply) => {
      const index: Index = { name: 'Maniple', version, simulated, next }
      const wantsPage = request.headers.accept?.includes('text/html') ?? false
      if (wantsPage) return reply.type('text/html; charset=utf-8').send(asPage(index))
      return reply.type('application/json').send(index)
    },
  })
  server.route({
    method: 'GET',
    url: '/errors',
    schema: {
      operationId: 'listErrors',
      summary: 'Every error code with its HTTP status and meaning',
      tags,
      response: { 200: Errors, ...problemResponses() },
    },
    handler: () => errorCatalogue,
  })
}
