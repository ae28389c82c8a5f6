import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as z from 'zod'
import type { JsonObject } from '../../shared/index.ts'
import { fitSchema } from './fit-schema.ts'

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
      schema.parse(fitSchema(asJson))
    })
  }

  it('ends where a schema can have no value', () => {
    const endless: JsonObject = {
      type: 'object',
      properties: { self: { $ref: '#' } },
      required: ['self'],
    }
    assert.ok(JSON.stringify(fitSchema(endless)).includes('null'))
  })

  it('gives null for what it does not understand', () => {
    assert.equal(fitSchema({ type: 'mystery' }), null)
    assert.equal(fitSchema({ $ref: 'https://example.com/other' }), null)
  })
})
