import type { Json, JsonObject } from '../../shared/index.ts'

/** What a value is made of where the schema leaves it open; `path` is its JSON pointer. */
export type Filling = {
  readonly text: (path: string) => string
  /** Where between its bounds a number, or in its list a choice lies: from 0 up to, not including, 1. */
  readonly draw: (path: string) => number
}

type Place = {
  readonly root: JsonObject
  readonly depth: number
  readonly path: string
  readonly filling: Filling
}

/** Deeper than this only what is required is filled in, so that recursive schemas end. */
const fullDepth = 4
/** A schema that requires itself has no finite value; there the search stops with null. */
const greatestDepth = 24

/**
 * A value that fits a JSON schema: types, properties, items, enum, const, $ref within the document,
 * anyOf, oneOf and allOf, bounds of numbers, strings and arrays, the common formats, patterns that
 * one of a few usual words fits. Conditions are not understood.
 */
export function fitSchema(schema: JsonObject, filling: Filling): Json {
  return fit(schema, { root: schema, depth: 0, path: '', filling })
}

function fit(schema: Json | undefined, place: Place): Json {
  if (!isObject(schema) || place.depth > greatestDepth) return null
  if (schema.const !== undefined) return schema.const
  if (isArray(schema.enum)) return oneOf(schema.enum, place)
  const deeper: Place = { ...place, depth: place.depth + 1 }
  if (typeof schema.$ref === 'string') return fit(resolve(place.root, schema.$ref), deeper)
  const choice = alternatives(schema)
  if (choice !== undefined) return fit(choice, deeper)
  if (isArray(schema.allOf)) return fit(merge(schema), deeper)
  return fitType(schema, deeper)
}

function oneOf(values: readonly Json[], { path, filling }: Place): Json {
  return values[Math.floor(filling.draw(path) * values.length)] ?? null
}

function fitType(schema: JsonObject, place: Place): Json {
  switch (typeName(schema)) {
    case 'object':
      return fitObject(schema, place)
    case 'array':
      return fitArray(schema, place)
    case 'string':
      return fitString(schema, place)
    case 'integer':
    case 'number':
      return fitNumber(schema, place)
    case 'boolean':
      return true
    default:
      return null
  }
}

function typeName(schema: JsonObject): Json | undefined {
  const type = isArray(schema.type) ? schema.type.find((name) => name !== 'null') : schema.type
  if (type !== undefined) return type
  if (schema.properties !== undefined) return 'object'
  return schema.items === undefined ? undefined : 'array'
}

function fitObject(schema: JsonObject, place: Place): JsonObject {
  const required = isArray(schema.required) ? schema.required : []
  const properties = isObject(schema.properties) ? Object.entries(schema.properties) : []
  const wanted = properties.filter(([key]) => place.depth < fullDepth || required.includes(key))
  return Object.fromEntries(
    wanted.map(([key, property]) => [key, fit(property, under(place, escaped(key)))]),
  )
}

function fitArray(schema: JsonObject, place: Place): Json {
  const least = numberOr(schema.minItems, 0)
  const most = numberOr(schema.maxItems, Number.POSITIVE_INFINITY)
  const length = Math.min(Math.max(least, place.depth < fullDepth ? 1 : 0), most, 100)
  return Array.from({ length }, (_, index) => fit(schema.items, under(place, String(index))))
}

const under = (place: Place, key: string): Place => ({ ...place, path: `${place.path}/${key}` })

const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00Z',
  email: 'simulated@example.com',
  uri: 'https://example.com/simulated',
  uuid: '00000000-0000-4000-8000-000000000000',
  ipv4: '192.0.2.1',
}

function fitString(schema: JsonObject, { path, filling }: Place): string {
  const format = typeof schema.format === 'string' ? formats[schema.format] : undefined
  if (format !== undefined) return format
  const word = typeof schema.pattern === 'string' ? fitPattern(schema.pattern) : undefined
  if (word !== undefined) return word
  const most = numberOr(schema.maxLength, Number.POSITIVE_INFINITY)
  const least = Math.min(numberOr(schema.minLength, 0), 10_000)
  return filling.text(path).padEnd(least, '.').slice(0, most)
}

/** Names, numbers and dates as identifiers, versions and paths want them. */
const usualWords = [
  ...['[simulated]', 'simulated', 'simulated-1', 'simulated_1', 'simulated/example', 'Simulated'],
  ...[
    'SIMULATED',
    's1',
    's',
    '1',
    '01',
    '1.0',
    '1.0.0',
    '2026-01-01',
    '#1',
    '0000000',
    'simulated.ts',
  ],
]

function fitPattern(pattern: string): string | undefined {
  try {
    const expression = new RegExp(pattern, 'u')
    return usualWords.find((word) => expression.test(word))
  } catch {
    // No pattern that JavaScript knows.
    return undefined
  }
}

/** Further apart, bounds say nothing of a usual value: a whole number has those of safe integers. */
const widestRange = 1e6

/** Where both bounds are given and near, a drawn number between them; else 1, or the bound nearest. */
function fitNumber(schema: JsonObject, { path, filling }: Place): number {
  const isWhole = schema.type === 'integer'
  const step = isWhole ? 1 : 0.001
  const least = Math.max(
    numberOr(schema.minimum, Number.NEGATIVE_INFINITY),
    numberOr(schema.exclusiveMinimum, Number.NEGATIVE_INFINITY) + step,
  )
  const most = Math.min(
    numberOr(schema.maximum, Number.POSITIVE_INFINITY),
    numberOr(schema.exclusiveMaximum, Number.POSITIVE_INFINITY) - step,
  )
  if (!(most > least && most - least <= widestRange)) {
    const value = Math.min(Math.max(1, least), most)
    return isWhole ? Math.trunc(value) : value
  }
  const share = filling.draw(path)
  if (isWhole) {
    const [first, last] = [Math.ceil(least), Math.floor(most)]
    return Math.min(last, first + Math.floor(share * (last - first + 1)))
  }
  const exact = least + share * (most - least)
  const short = Math.round(exact * 1000) / 1000
  return short >= least && short <= most ? short : exact
}

function alternatives(schema: JsonObject): Json | undefined {
  const options = [schema.anyOf, schema.oneOf].find(isArray)
  return options?.find((option) => !(isObject(option) && option.type === 'null')) ?? options?.[0]
}

function merge(schema: JsonObject): JsonObject {
  const { allOf, ...own } = schema
  const parts = [own, ...(isArray(allOf) ? allOf.filter(isObject) : [])]
  const required = parts.flatMap((part) => (isArray(part.required) ? part.required : []))
  const properties = parts.flatMap((part) =>
    isObject(part.properties) ? Object.entries(part.properties) : [],
  )
  const keys = Object.fromEntries(parts.flatMap((part) => Object.entries(part)))
  return { ...keys, required, properties: Object.fromEntries(properties) }
}

function resolve(root: JsonObject, reference: string): Json | undefined {
  if (!reference.startsWith('#')) return undefined
  const keys = reference.slice(1).split('/').filter(Boolean)
  return keys.reduce<Json | undefined>(
    (value, key) =>
      isObject(value) ? value[key.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined,
    root,
  )
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isArray(value)
}

function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

function numberOr(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}
