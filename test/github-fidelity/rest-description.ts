import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { asSchema, type Schema, SchemaLibrary } from './schema-library.ts'

export type Parameter = {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly schema: Schema
}

export type Operation = {
  /** `POST /repos/{owner}/{repo}/issues`, as the description spells it. */
  readonly name: string
  readonly parameters: readonly Parameter[]
  readonly body: { readonly required: boolean; readonly schema: Schema | null } | null
  readonly responses: Schema
}

type Route = { readonly segments: readonly string[]; readonly template: string }

/** GitHub's own description of its REST API, as `@octokit/openapi` publishes it. */
export class RestDescription {
  readonly library: SchemaLibrary
  readonly #paths: Schema
  readonly #components: Schema
  readonly #routes: readonly Route[]
  readonly #operations = new Map<string, Operation>()

  constructor(document: Schema) {
    this.#paths = asSchema(document.paths)
    this.#components = asSchema(document.components)
    this.library = new SchemaLibrary(asSchema(this.#components.schemas))
    this.#routes = Object.keys(this.#paths).map((template) => ({
      template,
      segments: template.split('/').slice(1),
    }))
  }

  /** The most literal template that has this method and fits the path; null: GitHub has none. */
  find(method: string, path: string): Operation | null {
    const segments = path.split('/').slice(1)
    const verb = method.toLowerCase()
    let best: Route | null = null
    for (const route of this.#routes) {
      if (!(verb in asSchema(this.#paths[route.template]))) continue
      if (!this.#fits(route, segments, verb)) continue
      if (best === null || literalness(route) > literalness(best)) best = route
    }
    return best === null ? null : this.#operation(verb, best.template)
  }

  response(operation: Operation, status: number): Schema | null {
    const response = operation.responses[String(status)]
    return response === undefined ? null : this.#resolve(asSchema(response))
  }

  #fits({ segments: wanted, template }: Route, given: readonly string[], verb: string): boolean {
    const many = wanted.findIndex((segment) => this.#takesSlashes(segment, template, verb))
    if (many === -1 || given.length <= wanted.length) return sameShape(wanted, given)
    const extra = given.length - wanted.length
    const folded = [...given.slice(0, many), 'x', ...given.slice(many + extra + 1)]
    return sameShape(wanted, folded)
  }

  #takesSlashes(segment: string, template: string, verb: string): boolean {
    if (!segment.startsWith('{')) return false
    const name = segment.slice(1, -1)
    const operation = asSchema(asSchema(this.#paths[template])[verb])
    return list(operation.parameters).some((parameter) => {
      const resolved = this.#resolve(parameter)
      return resolved.name === name && resolved['x-multi-segment'] === true
    })
  }

  #operation(verb: string, template: string): Operation {
    const name = `${verb.toUpperCase()} ${template}`
    const known = this.#operations.get(name)
    if (known !== undefined) return known
    const raw = asSchema(asSchema(this.#paths[template])[verb])
    const body = raw.requestBody === undefined ? null : this.#resolve(asSchema(raw.requestBody))
    const operation = {
      name,
      parameters: list(raw.parameters).map((parameter) => asParameter(this.#resolve(parameter))),
      body: body && { required: body.required === true, schema: jsonSchemaOf(body) },
      responses: asSchema(raw.responses),
    }
    this.#operations.set(name, operation)
    return operation
  }

  #resolve(value: Schema): Schema {
    const reference = value.$ref
    if (typeof reference !== 'string') return value
    const [kind, name] = reference.split('/').slice(2)
    return asSchema(asSchema(this.#components[kind ?? ''])[name ?? ''])
  }
}

let loaded: RestDescription | undefined

/** Read once a process: 13 MB, a third of a second. */
export function restDescription(): RestDescription {
  loaded ??= new RestDescription(readPackageJson('@octokit/openapi/generated/api.github.com.json'))
  return loaded
}

export function readPackageJson(specifier: string): Schema {
  const path = createRequire(import.meta.url).resolve(specifier)
  return asSchema(JSON.parse(readFileSync(path, 'utf8')))
}

/** The JSON schema of a request body or a response; null: it has none. */
export function jsonSchemaOf(described: Schema): Schema | null {
  if (described.content === undefined) return null
  const content = asSchema(described.content)
  const json = content['application/json'] ?? content['application/scim+json']
  if (json === undefined) return null
  const { schema } = asSchema(json)
  return schema === undefined ? null : asSchema(schema)
}

const sameShape = (wanted: readonly string[], given: readonly string[]): boolean =>
  wanted.length === given.length &&
  wanted.every((segment, index) => {
    const found = given[index] ?? ''
    return segment.startsWith('{') ? found !== '' : segment === found
  })

/** Literal segments count, and the earlier the more. */
const literalness = ({ segments }: Route): string =>
  segments.map((segment) => (segment.startsWith('{') ? '0' : '1')).join('')

const list = (value: unknown): readonly Schema[] =>
  Array.isArray(value) ? value.map(asSchema) : []

function asParameter(raw: Schema): Parameter {
  const { name, schema, required } = raw
  if (typeof name !== 'string') throw new Error('A parameter of the description has no name.')
  return {
    name,
    in: String(raw.in),
    required: required === true,
    schema: schema === undefined ? {} : asSchema(schema),
  }
}
