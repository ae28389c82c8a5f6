import { Readable } from 'node:stream'
import * as z from 'zod'
import type { RunService, RunSnapshot } from '../contracts/index.ts'
import { RunParams, StreamHeaders, StreamQuery } from './api-schemas.ts'
import type { HttpServer, RouteContext } from './http-server.ts'
import { problemResponses } from './problem.ts'
import { RequestInvalid } from './request-invalid.ts'
import { runFrames } from './run-frames.ts'

export const EventStream = z
  .custom<Readable>((value) => value instanceof Readable)
  .meta({ type: 'string', description: 'Frames of `event`, `id` and `data` (JSON)' })

async function beginning(
  runs: RunService,
  id: string,
  after: number | undefined,
): Promise<RunSnapshot | number> {
  if (after === undefined) return await runs.snapshot(id)
  const { seq } = await runs.get(id)
  if (after <= seq) return after
  const message = `${after} lies beyond the last event, ${seq}; connect without it for a snapshot`
  throw new RequestInvalid([{ path: 'headers.last-event-id or query.after', message }])
}

export function streamRoute(server: HttpServer, { runs, closing }: RouteContext): void {
  server.route({
    method: 'GET',
    url: '/api/v1/runs/:id/stream',
    exposeHeadRoute: false,
    schema: {
      operationId: 'streamRun',
      summary: 'Follow a run as server-sent events: snapshot, change (each RunEvent), end',
      tags: ['runs'],
      params: RunParams,
      querystring: StreamQuery,
      headers: StreamHeaders,
      response: {
        200: {
          description: 'Events whose `id` is their number; resume with it as Last-Event-ID',
          content: { 'text/event-stream': { schema: EventStream } },
        },
        ...problemResponses('not_found'),
      },
    },
    handler: async (request, reply) => {
      const { id } = request.params
      const after = request.headers['last-event-id'] ?? request.query.after
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const from = await beginning(runs, id, after)
      const signal = AbortSignal.any([gone.signal, closing])
      const text = Readable.from(runFrames({ runs, id, from, signal }))
      return reply
        .code(200)
        .headers({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
        .send(text)
    },
  })
}
