import assert from 'node:assert/strict'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import * as z from 'zod'

const Schema = z.looseObject({})
const Content = z.record(z.string(), z.object({ schema: Schema }))
const Operation = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  requestBody: z.object({ required: z.boolean() }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: Content })),
})
const Document = z.looseObject({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.record(z.string(), Schema) }),
})
export type Document = z.infer<typeof Document>

export const documentOf = async (
  server: FastifyInstance,
  headers: Readonly<Record<string, string>> = {},
): Promise<Document> =>
  Document.parse((await server.inject({ url: '/openapi.json', headers })).json())

/** `GET /api/v1/runs/{id}` and so on, for every operation of the document. */
export const operationsOf = (document: Document): string[] =>
  Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )

/** Whether the document says that a body must be sent; null for an operation that takes none. */
export function isBodyRequired(document: Document, operation: string): boolean | null {
  const [method = '', path = ''] = operation.split(' ')
  return document.paths[path]?.[method.toLowerCase()]?.requestBody?.required ?? null
}

// The named schemas move to where a schema on its own may keep them.
const standalone = (document: Document, schema: unknown): z.core.JSONSchema.JSONSchema => {
  const whole = { ...Schema.parse(schema), $defs: document.components.schemas }
  return JSON.parse(JSON.stringify(whole).replaceAll('#/components/schemas/', '#/$defs/'))
}

/** Holds a real response against what the document promises for that operation and status. */
function assertDocumented(
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

/** Asks operations of the document with `inject`, and holds every answer against it. */
export type Asker = {
  /** `{id}` and the like in an operation stand for the value of that name. */
  readonly ask: (
    operation: string,
    statuses: number | readonly number[],
    changes?: InjectOptions,
  ) => Promise<LightMyRequestResponse>
  /** The operations that answered with less than 400. */
  readonly succeeded: ReadonlySet<string>
}

export function askerOf(
  server: FastifyInstance,
  document: Document,
  values: Readonly<Record<string, string>>,
): Asker {
  const succeeded = new Set<string>()
  const ask: Asker['ask'] = async (operation, statuses, changes = {}) => {
    const [method = 'GET', path = '/'] = operation.split(' ')
    const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'missing')
    const reply = await server.inject({ ...(method === 'POST' ? { method } : {}), url, ...changes })
    const { statusCode: status, body } = reply
    assert.ok([statuses].flat().includes(status), `${operation}: ${status} ${body}`)
    const type = String(reply.headers['content-type'])
    assertDocumented(document, operation, { status, type, body })
    if (status < 400) succeeded.add(operation)
    return reply
  }
  return { ask, succeeded }
}
