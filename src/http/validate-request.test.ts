import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { RequestInvalid } from './request-invalid.ts'
import { validateRequest } from './validate-request.ts'

const judge = (schema: z.ZodType, data: unknown) =>
  validateRequest({ schema, httpPart: 'body', method: 'POST', url: '/' })(data)

test('gives the parsed value', () => {
  const schema = z.object({ limit: z.coerce.number() })
  assert.deepEqual(judge(schema, { limit: '5' }), { value: { limit: 5 } })
})

test('names every problem with its place and the offending value', () => {
  const size = z.union([z.enum(['small', 'large']), z.int()])
  const schema = z.strictObject({ count: z.int().max(10), size, list: z.array(z.string()) })
  const result = judge(schema, { count: 11, size: 'x'.repeat(100), list: ['a', 2], extra: 1 })
  assert.ok(
    typeof result === 'object' && 'error' in result && result.error instanceof RequestInvalid,
  )
  const found = new Map(result.error.problems.map(({ path, message }) => [path, message]))
  assert.deepEqual([...found.keys()].sort(), ['body', 'body.count', 'body.list.1', 'body.size'])
  assert.match(found.get('body.count') ?? '', /<=10 \(got 11\)/)
  assert.match(found.get('body.list.1') ?? '', /\(got 2\)/)
  assert.match(found.get('body.size') ?? '', /"small"\|"large".*; or .*number.*\(got "x{59}…\)/)
  assert.match(found.get('body') ?? '', /"extra"/)
  assert.match(result.error.message, /^body\.count: .* \(and 3 more, see errors\)$/)
})
