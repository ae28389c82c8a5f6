import assert from 'node:assert/strict'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'

const Schema = z.looseObject({})
const Content = z.record(z.string(), z.object({ schema: Schema }))
const Operation = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: Content })),
})
const Document = z.looseObject({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.record(z.string(), Schema) }),
})
export type Document = z.infer<typeof Document>

export const documentOf = async (server: FastifyInstance): Promise<Document> =>
  Document.parse((await server.inject('/openapi.json')).json())

/** `GET /api/v1/runs/{id}` and so on, for every operation of the document. */
export const operationsOf = (document: Document): string[] =>
  Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )

// The named schemas move to where a schema on its own may keep them.
const standalone = (document: Document, schema: unknown): z.core.JSONSchema.JSONSchema => {
  const whole = { ...Schema.parse(schema), $defs: document.components.schemas }
  return JSON.parse(JSON.stringify(whole).replaceAll('#/components/schemas/', '#/$defs/'))
}

/** Holds a real response against what the document promises for that operation and status. */
export function assertDocumented(
  document: Document,
  operation: string,
  response: { readonly status: number; readonly type: string; readonly body: string },
): void {
  const [method = '', path = ''] = operation.split(' ')
  const promised = document.paths[path]?.[method.toLowerCase()]?.responses[response.status]
  assert.ok(promised, `${operation} has no documented answer ${response.status}`)
  const mediaType = response.type.split(';')[0] ?? ''
  const content = promised.content[mediaType]
  assert.ok(content, `${operation} ${response.status} is not documented as ${mediaType}`)
  const body: unknown = mediaType.endsWith('json') ? JSON.parse(response.body) : response.body
  const result = z.fromJSONSchema(standalone(document, content.schema)).safeParse(body)
  assert.ok(result.success, `${operation} ${response.status}: ${result.error?.message}`)
}
