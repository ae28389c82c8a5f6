import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as z from 'zod'
import type { JsonObject } from '../../shared/index.ts'
import { type Filling, fitSchema } from './fit-schema.ts'

const filling: Filling = { text: (path) => `[simulated] ${path}`, draw: () => 0.5 }

const Tree = z.object({
  name: z.string(),
  get children() {
    return z.array(Tree)
  },
})

const schemas = {
  flat: z.object({ title: z.string().max(5), count: z.int().min(3).max(9), done: z.boolean() }),
  nested: z.object({ a: z.object({ b: z.array(z.object({ c: z.number().gt(2).lt(3) })).min(2) }) }),
  choices: z.object({
    kind: z.enum(['x', 'y']),
    fixed: z.literal(7),
    either: z.union([z.int(), z.null()]),
  }),
  formats: z.object({
    at: z.iso.datetime(),
    day: z.iso.date(),
    mail: z.email(),
    id: z.uuid(),
    url: z.url(),
  }),
  bounds: z.object({
    low: z.number().max(-4),
    long: z.string().min(40),
    few: z.array(z.string()).max(0),
  }),
  nullable: z.object({ maybe: z.string().nullable(), optional: z.string().optional() }),
  together: z.intersection(z.object({ a: z.string() }), z.object({ b: z.int() })),
  patterns: z.object({
    name: z.string().regex(/^[a-z][a-z0-9-]*$/),
    at: z.string().regex(/^\d+$/),
  }),
  recursive: Tree,
}

describe('fitSchema', () => {
  for (const [name, schema] of Object.entries(schemas)) {
    it(`fits a ${name} schema`, () => {
      const { $schema: _, ...json } = z.toJSONSchema(schema)
      const asJson: JsonObject = JSON.parse(JSON.stringify(json))
      schema.parse(fitSchema(asJson, filling))
    })
  }

  it('draws a choice from its list', () => {
    const schema: JsonObject = { enum: ['low', 'middle', 'high'] }
    const chosen = [0, 0.5, 0.99].map((draw) => fitSchema(schema, { ...filling, draw: () => draw }))
    assert.deepEqual(chosen, ['low', 'middle', 'high'])
  })

  it('ends where a schema can have no value', () => {
    const endless: JsonObject = {
      type: 'object',
      properties: { self: { $ref: '#' } },
      required: ['self'],
    }
    assert.ok(JSON.stringify(fitSchema(endless, filling)).includes('null'))
  })

  it('gives null for what it does not understand', () => {
    assert.equal(fitSchema({ type: 'mystery' }, filling), null)
    assert.equal(fitSchema({ $ref: 'https://example.com/other' }, filling), null)
  })

  it('fills texts and bounded numbers by where they stand', () => {
    const schema: JsonObject = {
      type: 'object',
      properties: {
        'a/b': { type: 'array', items: { type: 'string' }, minItems: 2 },
        short: { type: 'string', maxLength: 5 },
        share: { type: 'number', minimum: 0, maximum: 1 },
        open: { type: 'number' },
        wide: { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 },
      },
    }
    assert.deepEqual(fitSchema(schema, filling), {
      'a/b': ['[simulated] /a~1b/0', '[simulated] /a~1b/1'],
      short: '[simu',
      share: 0.5,
      open: 1,
      wide: 1,
    })
  })

  it('reaches both ends of a range and never leaves it', () => {
    const whole: JsonObject = { type: 'integer', exclusiveMinimum: 2, maximum: 5 }
    const narrow: JsonObject = { type: 'number', minimum: 0.1234, maximum: 0.1236 }
    const at = (schema: JsonObject, share: number) =>
      fitSchema(schema, { ...filling, draw: () => share })
    assert.deepEqual([at(whole, 0), at(whole, 0.999_999)], [3, 5])
    for (const share of [0, 0.3, 0.999_999]) {
      const value = at(narrow, share)
      assert.ok(typeof value === 'number' && value >= 0.1234 && value <= 0.1236, String(value))
    }
  })
})
