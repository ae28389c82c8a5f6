import type { Exemption } from './exemptions.ts'
import type { Operation, Parameter, RestDescription } from './rest-description.ts'
import type { Schema } from './schema-library.ts'

type Found = readonly (readonly [part: Exemption['part'], text: string])[]

/** Query and body against what the operation describes; headers are the same for all. */
export function checkRequest(
  description: RestDescription,
  operation: Operation,
  { url, body }: { readonly url: URL; readonly body: string },
): Found {
  const query = checkQuery(description, operation, url.searchParams)
  return [
    ...query.map((text) => ['query', text] as const),
    ...checkBody(description, operation, body).map((text) => ['request', text] as const),
  ]
}

function checkQuery(
  { library }: RestDescription,
  operation: Operation,
  given: URLSearchParams,
): readonly string[] {
  const described = operation.parameters.filter((parameter) => parameter.in === 'query')
  const names = new Set(described.map(({ name }) => name))
  const unknown = [...new Set(given.keys())]
    .filter((name) => !names.has(name))
    .map((name) => `${name} is no parameter of it`)
  const problems = described.flatMap((parameter) => {
    const values = given.getAll(parameter.name)
    if (values.length === 0) return parameter.required ? [`${parameter.name} is missing`] : []
    const check = library.check(`${operation.name} ?${parameter.name}`, parameter.schema)
    return check(asDescribed(parameter, values)).map((text) => `${parameter.name}: ${text}`)
  })
  return [...unknown, ...problems]
}

/** A query is text: it is read as the type that the description wants, where it can be. */
function asDescribed({ schema }: Parameter, values: readonly string[]): unknown {
  const types = typesOf(schema)
  if (types.has('array')) return values.flatMap((value) => value.split(','))
  const [value = ''] = values
  if ((types.has('integer') || types.has('number')) && /^-?\d+(\.\d+)?$/.test(value)) {
    return Number(value)
  }
  if (types.has('boolean') && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

function typesOf(schema: Schema): ReadonlySet<unknown> {
  const { type, oneOf } = schema
  const alternatives: readonly Schema[] = Array.isArray(oneOf) ? oneOf : []
  return new Set([type, ...alternatives.map((alternative) => alternative.type)])
}

function checkBody(
  { library }: RestDescription,
  { name, body: described }: Operation,
  body: string,
): readonly string[] {
  if (body === '') return described?.required === true ? ['needs a body'] : []
  if (described?.schema == null) return ['takes no body']
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return ['has a body that is no JSON']
  }
  return library.check(`${name} request`, described.schema)(parsed)
}
