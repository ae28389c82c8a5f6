import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as z from 'zod'
import { AppError } from '../../shared/index.ts'
import { prepareSchema } from './output-format.ts'
import { parseAnswer } from './parse-answer.ts'

const Plan = z.object({ title: z.string(), steps: z.array(z.object({ name: z.string() })) })
const plan = { title: 'A', steps: [{ name: 'one' }] }

describe('parseAnswer', () => {
  const json = JSON.stringify(plan)
  const forgiven = [
    json,
    `\n ${json}\n`,
    `\`\`\`json\n${json}\n\`\`\``,
    `Here you are:\n\`\`\`\n${json}\n\`\`\`\nAnything else?`,
    `The plan is ${json}.`,
  ]
  for (const text of forgiven) {
    it(`reads ${JSON.stringify(text.slice(0, 30))}`, async () => {
      assert.deepEqual(await parseAnswer(text, Plan), { object: plan })
    })
  }

  const refused: readonly (readonly [string, RegExp])[] = [
    ['', /no JSON/],
    ['I would rather not.', /no JSON/],
    ['{"title": "A", "steps": [', /no JSON/],
    ['}{', /no JSON/],
    ['"A"', /the whole: .*expected object/],
    ['{"title": 1, "steps": [{}]}', /title: .*; steps\.0\.name: /],
  ]
  for (const [text, problem] of refused) {
    it(`says what is wrong with ${JSON.stringify(text)}`, async () => {
      const parsed = await parseAnswer(text, Plan)
      assert.match('problem' in parsed ? parsed.problem : 'none', problem)
    })
  }

  it('keeps the list of faults short', async () => {
    const steps = Array.from({ length: 5000 }, () => ({ name: 1 }))
    const parsed = await parseAnswer(JSON.stringify({ title: 'A', steps }), Plan)
    assert.ok('problem' in parsed && parsed.problem.length <= 1500)
    assert.match(parsed.problem, /and 4990 more$/)
  })

  it('survives JSON that nests too deeply to be walked', async () => {
    const Nested: z.ZodType = z.lazy(() => z.array(Nested))
    const parsed = await parseAnswer('['.repeat(100_000) + ']'.repeat(100_000), Nested)
    assert.ok('problem' in parsed)
  })
})

describe('prepareSchema', () => {
  it('closes objects, and is strict where OpenAI can be', () => {
    const { schema, strict } = prepareSchema(Plan).format
    assert.equal(strict, true)
    assert.equal(JSON.stringify(schema).match(/"additionalProperties":false/g)?.length, 2)
    assert.ok(!('$schema' in schema))
  })

  const loose = {
    'an optional property': z.object({ a: z.string().optional() }),
    'a bound on a string': z.object({ a: z.string().max(5) }),
    'a map': z.object({ a: z.record(z.string(), z.string()) }),
    'one deep inside': z.object({ a: z.array(z.union([z.object({ b: z.int().optional() })])) }),
  }
  for (const [what, schema] of Object.entries(loose)) {
    it(`is mere advice with ${what}`, () => {
      assert.equal(prepareSchema(schema).format.strict, false)
    })
  }

  it('takes a schema that is data, and lets it judge', () => {
    const data = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] }
    const { judge, format } = prepareSchema(data)
    assert.deepEqual(format.schema, { ...data, additionalProperties: false })
    assert.ok(judge.safeParse({ a: 1 }).success && !judge.safeParse({ a: 'x' }).success)
  })

  it('refuses what is no object, or no schema', () => {
    for (const schema of [z.string(), z.array(z.int()), { type: 'object', properties: { a: 7 } }]) {
      assert.throws(
        () => prepareSchema(schema),
        (error) => error instanceof AppError && error.code === 'input_invalid',
      )
    }
  })
})
