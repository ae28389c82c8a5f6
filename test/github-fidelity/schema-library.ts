import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js'
import formatsPlugin from 'ajv-formats'

export type Schema = { readonly [keyword: string]: unknown }

/** What a description says of one value: the problems found, empty when it fits. */
export type Check = (value: unknown) => readonly string[]

type Position = 'value' | 'part'

const keptAsIs = [
  ...['type', 'enum', 'const', 'required', 'format', 'pattern', 'uniqueItems'],
  ...['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'],
  ...['minProperties', 'maxProperties'],
]
const compositions = ['allOf', 'anyOf', 'oneOf'] as const
const componentPrefix = '#/components/schemas/'
/** More say no more: a wrong object under `anyOf` is reported once for every branch. */
const shownProblems = 12

/**
 * The schemas of one OpenAPI description, compiled only when asked for: the description is too large
 * to compile as a whole. Two things are stricter than the description says: an object with named
 * properties may have no others, so that the simulator cannot invent fields. One is milder: `oneOf`
 * is read as `anyOf`, since many of GitHub's alternatives overlap.
 */
export class SchemaLibrary {
  readonly #components: Schema
  readonly #ajv = newValidator()
  readonly #checks = new Map<string, Check>()
  readonly #added = new Set<string>()

  constructor(components: Schema) {
    this.#components = components
  }

  /** `key` names the place: the same key always stands for the same schema. */
  check(key: string, schema: Schema): Check {
    const known = this.#checks.get(key)
    if (known !== undefined) return known
    const converted = this.#convert(schema, 'value')
    const validate = this.#ajv.compile(converted)
    const check: Check = (value) => (validate(value) ? [] : describeErrors(validate))
    this.#checks.set(key, check)
    return check
  }

  #convert(schema: Schema, position: Position): Schema {
    if (schema.nullable === true) {
      const { nullable: _, ...rest } = schema
      return { anyOf: [{ type: 'null' }, this.#convert(rest, position)] }
    }
    const reference = schema.$ref
    const converted =
      typeof reference === 'string' ? this.#reference(reference) : this.#convertParts(schema)
    const closes = position === 'value' && this.#namesProperties(schema)
    return closes ? { ...converted, unevaluatedProperties: false } : converted
  }

  #convertParts(schema: Schema): Schema {
    const result: Record<string, unknown> = {}
    for (const keyword of keptAsIs) if (keyword in schema) result[keyword] = schema[keyword]
    for (const keyword of compositions) {
      const parts = schema[keyword]
      if (!Array.isArray(parts)) continue
      const converted = parts.map((part) => this.#convert(asSchema(part), 'part'))
      if (keyword === 'allOf') result.allOf = converted
      else result.anyOf = converted
    }
    if ('properties' in schema) {
      result.properties = Object.fromEntries(
        Object.entries(asSchema(schema.properties)).map(([name, property]) => [
          name,
          this.#convert(asSchema(property), 'value'),
        ]),
      )
    }
    if ('items' in schema) result.items = this.#convert(asSchema(schema.items), 'value')
    const additional = schema.additionalProperties
    if (typeof additional === 'boolean') result.additionalProperties = additional
    else if (additional !== undefined) {
      result.additionalProperties = this.#convert(asSchema(additional), 'value')
    }
    return result
  }

  #reference(reference: string): Schema {
    const name = nameOf(reference)
    if (!this.#added.has(name)) {
      this.#added.add(name)
      this.#ajv.addSchema(this.#convert(this.#component(name), 'part'), name)
    }
    return { $ref: name }
  }

  #component(name: string): Schema {
    const component = this.#components[name]
    if (component === undefined) throw new Error(`The description has no schema ${name}.`)
    return asSchema(component)
  }

  /** Whether the schema lists properties, in each of its alternatives. */
  #namesProperties(schema: Schema): boolean {
    const reference = schema.$ref
    if (typeof reference === 'string')
      return this.#namesProperties(this.#component(nameOf(reference)))
    const { properties, allOf, anyOf, oneOf } = schema
    if (schema.additionalProperties === true) return false
    if (properties !== undefined && Object.keys(asSchema(properties)).length > 0) return true
    if (Array.isArray(allOf)) return allOf.some((part) => this.#namesProperties(asSchema(part)))
    const alternatives = anyOf ?? oneOf
    if (!Array.isArray(alternatives)) return false
    const objects = alternatives.map(asSchema).filter((part) => isObjectLike(part))
    return objects.length > 0 && objects.every((part) => this.#namesProperties(part))
  }
}

function newValidator(): Ajv2019 {
  const ajv = new Ajv2019({
    strict: false,
    allErrors: true,
    logger: false,
    validateSchema: false,
    code: { optimize: false },
  })
  formatsPlugin.default(ajv)
  return ajv
}

function describeErrors({ errors }: ValidateFunction): readonly string[] {
  const described = (errors ?? []).map(({ instancePath, message, params }) => {
    const detail = JSON.stringify(params)
    return `${instancePath === '' ? '/' : instancePath} ${message ?? 'does not fit'} ${detail}`
  })
  return [...new Set(described)].slice(0, shownProblems)
}

const isObjectLike = (schema: Schema): boolean =>
  '$ref' in schema || 'properties' in schema || 'allOf' in schema || schema.type === 'object'

function nameOf(reference: string): string {
  if (!reference.startsWith(componentPrefix)) throw new Error(`Unexpected reference ${reference}.`)
  return reference.slice(componentPrefix.length)
}

export function asSchema(value: unknown): Schema {
  if (!isSchema(value)) throw new Error('Expected a schema object.')
  return value
}

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null
