import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
} from 'fastify-type-provider-zod'
import * as z from 'zod'
import {
  Analysis,
  Catalogue,
  EffectRecord,
  EffectSummary,
  LaneStatus,
  OrchestrationAccepted,
  OrchestrationResult,
  PerformanceMetrics,
  PilotMetrics,
  PilotStatus,
  RoutingDecision,
  Run,
  RunEvent,
  RunReport,
  Task,
  WorkloadResult,
} from '../contracts/index.ts'
import { EndData, SnapshotData } from './api-schemas.ts'
import type { HttpServer } from './http-server.ts'
import { Problem, problemResponses } from './problem.ts'

/**
 * The schemas that get a name in the document. A registry of our own, because names in Zod's global
 * one would change what every other user of JSON Schema in this process sees.
 */
function namedSchemas(): z.core.$ZodRegistry<{ id?: string | undefined }> {
  const registry = z.registry<{ id?: string | undefined }>()
  const named = {
    Run,
    Task,
    RunReport,
    RunEvent,
    RunStreamSnapshot: SnapshotData,
    RunStreamEnd: EndData,
    Analysis,
    Catalogue,
    EffectRecord,
    EffectSummary,
    LaneStatus,
    OrchestrationAccepted,
    OrchestrationResult,
    PerformanceMetrics,
    PilotMetrics,
    PilotStatus,
    RoutingDecision,
    WorkloadResult,
    Problem,
  }
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id })
  // z.json() refers to itself: without a name of its own its references would point nowhere.
  registry.add(Task.shape.output.unwrap(), { id: 'TaskOutput' })
  registry.add(Run.shape.report.unwrap(), { id: 'ClosingReport' })
  registry.add(EffectRecord.shape.receipt.unwrap(), { id: 'EffectReceipt' })
  return registry
}

type OverrideContext = Parameters<NonNullable<z.core.ToJSONSchemaParams['override']>>[0]

const zodToJsonConfig = {
  // Our registry has the names only; `describe` and `meta` write to the global one.
  override: ({ zodSchema, jsonSchema }: OverrideContext) => {
    Object.assign(jsonSchema, z.globalRegistry.get(zodSchema))
    // What a double can count exactly is true of every integer here, and only noise.
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  },
}

type WholeDocument = ReturnType<ReturnType<typeof createJsonSchemaTransformObject>>

/** Each named schema comes in a form for input too; no request here uses one. */
function withoutInputs(document: WholeDocument): WholeDocument {
  if (!('components' in document)) return document
  for (const name of Object.keys(document.components?.schemas ?? {})) {
    if (name.endsWith('Input')) delete document.components?.schemas?.[name]
  }
  return document
}

/** The generator calls every body required; one whose schema takes `undefined` may be left out. */
function withOptionalBodies(document: WholeDocument, optional: ReadonlySet<string>): WholeDocument {
  if (!('paths' in document)) return document
  for (const path of Object.values(document.paths ?? {})) {
    const body = path?.post?.requestBody
    if (body === undefined || !('content' in body)) continue
    if (optional.has(path?.post?.operationId ?? '')) body.required = false
  }
  return document
}

/** To be called before the routes, which it watches; `openapiRoute` then serves the document. */
export async function describeRoutes(server: FastifyInstance, version: string): Promise<void> {
  const schemaRegistry = namedSchemas()
  const addSchemas = createJsonSchemaTransformObject({ schemaRegistry, zodToJsonConfig })
  const describe = createJsonSchemaTransform({ schemaRegistry, zodToJsonConfig })
  const optional = new Set<string>()
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Maniple',
        version,
        description: 'Turns a backlog into parallel agent work that lands.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description:
              'An API token (`maniple token create`) with the role viewer, operator or admin. On loopback none is needed.',
          },
        },
      },
      security: [{ token: [] }, {}],
    },
    transform: (given) => {
      const { body, operationId } = given.schema ?? {}
      if (body instanceof z.ZodType && body.safeParse(undefined).success) {
        optional.add(operationId ?? '')
      }
      return describe(given)
    },
    transformObject: (document) =>
      withOptionalBodies(withoutInputs(addSchemas(document)), optional),
  })
}

export function openapiRoute(server: HttpServer): void {
  server.route({
    method: 'GET',
    url: '/openapi.json',
    schema: {
      operationId: 'getOpenapi',
      summary: 'This document',
      tags: ['guide'],
      response: {
        200: z.record(z.string(), z.unknown()).describe('An OpenAPI 3.1 document'),
        ...problemResponses(),
      },
    },
    handler: () => ({ ...server.swagger() }),
  })
}
