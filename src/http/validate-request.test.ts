import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { AppError } from '../shared/index.ts'
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

test('a query that is no number is shown as it was sent', () => {
  const result = judge(z.object({ minutes: z.coerce.number() }), { minutes: 'abc' })
  assert.ok(
    typeof result === 'object' && 'error' in result && result.error instanceof RequestInvalid,
  )
  assert.equal(result.error.problems[0]?.message, 'expected a number (got "abc")')
})

test('a text beyond a limit of size is too large, unless something else is wrong as well', () => {
  const schema = z.strictObject({ content: z.string().max(1_000_000), name: z.string().max(5) })
  const errorOf = (data: unknown): unknown => {
    const result = judge(schema, data)
    return typeof result === 'object' && 'error' in result ? result.error : undefined
  }
  const content = 'x'.repeat(1_000_001)
  const large = errorOf({ content, name: 'a' })
  assert.ok(large instanceof AppError)
  assert.equal(large.code, 'input_too_large')
  assert.match(large.message, /^body\.content has 1000001 characters; the limit is 1000000$/)
  assert.ok(errorOf({ content, name: 7 }) instanceof RequestInvalid)
  assert.ok(errorOf({ content: 'x', name: 'too long' }) instanceof RequestInvalid)
})

test('the list of problems and each message stay short, however much is wrong', () => {
  const wrong = Array.from({ length: 5000 }, () => 1)
  const many = judge(z.array(z.string()), wrong)
  assert.ok(typeof many === 'object' && 'error' in many && many.error instanceof RequestInvalid)
  assert.equal(many.error.problems.length, 1000)
  assert.match(many.error.message, /and 4999 more/)
  const long = judge(z.strictObject({}), { ['k'.repeat(100_000)]: 1 })
  assert.ok(typeof long === 'object' && 'error' in long && long.error instanceof RequestInvalid)
  assert.ok(long.error.message.length < 600)
})
