import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server'
import * as z from 'zod'

type OverrideContext = Parameters<NonNullable<z.core.ToJSONSchemaParams['override']>>[0]

/** What a double can count exactly is true of every integer, and patterns say little to a model. */
function shorten(jsonSchema: OverrideContext['jsonSchema'], io: 'input' | 'output'): void {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  delete jsonSchema.pattern
  delete jsonSchema.maxLength
  delete jsonSchema.minLength
  delete jsonSchema.minItems
  delete jsonSchema.maxItems
  // Nothing, none and no are what leaving a field out means anyway.
  if (['""', '[]', 'false'].includes(JSON.stringify(jsonSchema.default))) delete jsonSchema.default
  if (io === 'input') return
  // An answer has every field and no other, whether its schema says so or not: a third of the size.
  delete jsonSchema.description
  delete jsonSchema.required
  delete jsonSchema.additionalProperties
  delete jsonSchema.minimum
  delete jsonSchema.maximum
}

/**
 * A schema as `tools/list` shows it: JSON Schema 2020-12, shortened, because a client's model reads
 * it in every conversation. It may allow more than the tool takes. The SDK takes every value as it
 * is: the tools parse by themselves, and tell all problems at once under our own error code.
 */
export function listedSchema(
  schema: z.ZodObject,
  io: 'input' | 'output',
): StandardSchemaWithJSON<unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    override: (context) => shorten(context.jsonSchema, io),
    unrepresentable: 'any',
  })
  return {
    '~standard': {
      version: 1,
      vendor: 'maniple',
      validate: (value) => ({ value }),
      jsonSchema: { input: () => json, output: () => json },
    },
  }
}
