import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { HttpDependencies } from './http-dependencies.ts'

/** A Fastify instance whose handlers get their types from the Zod schemas of the route. */
export type HttpServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

export type RouteContext = HttpDependencies & {
  /** Aborted when the server begins to close. */
  readonly closing: AbortSignal
}
