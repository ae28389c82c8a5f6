import * as z from 'zod'
import type { OutputSchema } from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import type { OutputFormat } from '../call/call-request.ts'

export type PreparedSchema = {
  /** Judges the answer; the only one that does. */
  readonly judge: z.ZodType
  /** What the model is shown. */
  readonly format: OutputFormat
}

/** Callers use few schemas again and again; converting one takes 0.1 ms. */
const prepared = new WeakMap<OutputSchema, PreparedSchema>()

/** Throws `input_invalid` for a schema that cannot be said in JSON, or that is not of an object. */
export function prepareSchema(schema: OutputSchema): PreparedSchema {
  const known = prepared.get(schema)
  if (known !== undefined) return known
  const fresh = convert(schema)
  prepared.set(schema, fresh)
  return fresh
}

function convert(schema: OutputSchema): PreparedSchema {
  try {
    const judge = isZod(schema) ? schema : z.fromJSONSchema({ ...schema })
    const { $schema: _, ...shown } = isZod(schema)
      ? z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' })
      : schema
    if (shown.type !== 'object') throw unusable('its root is no object')
    const closed = close(shown)
    return { judge, format: { schema: closed, strict: suitsStrictMode(closed) } }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw unusable(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function unusable(reason: string, options: ErrorOptions = {}): AppError {
  const problem = `The schema for the model's answer cannot be used (${reason})`
  return new AppError('input_invalid', `${problem}: give one of an object.`, options)
}

const isZod = (schema: OutputSchema): schema is z.ZodType => schema instanceof z.ZodType

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Asks for no more properties than named; the judge decides what happens to others. */
function close(schema: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(schema).map(([key, value]) => [key, closeValue(value)] as const)
  const copy = Object.fromEntries(entries)
  const isOpen = isRecord(schema.properties) && schema.additionalProperties === undefined
  return isOpen && schema.type === 'object' ? { ...copy, additionalProperties: false } : copy
}

function closeValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closeValue)
  return isRecord(value) ? close(value) : value
}

/** OpenAI's strict mode answers 400 for any other keyword, so those schemas go as mere advice. */
const strictKeywords = new Set([
  ...['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const'],
  ...['anyOf', '$ref', '$defs', 'definitions', 'description', 'title', 'pattern'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minItems', 'maxItems'],
])

function suitsStrictMode(schema: unknown): boolean {
  if (!isRecord(schema)) return false
  if (!Object.keys(schema).every((key) => strictKeywords.has(key))) return false
  const maps = [schema.properties, schema.$defs, schema.definitions].filter(isRecord)
  const inner = [
    ...maps.flatMap((map) => Object.values(map)),
    ...(Array.isArray(schema.anyOf) ? schema.anyOf : []),
    ...(schema.items === undefined ? [] : [schema.items]),
  ]
  return isWhole(schema) && inner.every(suitsStrictMode)
}

/** Strict mode wants every property required, and no other. */
function isWhole({ type, properties, required, additionalProperties }: Record<string, unknown>) {
  if (type !== 'object') return true
  if (!isRecord(properties) || additionalProperties !== false) return false
  const names: readonly unknown[] = Array.isArray(required) ? required : []
  return Object.keys(properties).every((name) => names.includes(name))
}
