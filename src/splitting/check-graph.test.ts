import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkGraph } from './check-graph.ts'

const node = (id: string, ...dependsOn: string[]) => ({ id, dependsOn })

test('a graph without faults passes, a dependency said twice included', () => {
  checkGraph([])
  checkGraph([node('a'), node('b', 'a', 'a'), node('c', 'a', 'b')])
})

test('what is wrong is named', () => {
  const fails = (nodes: Parameters<typeof checkGraph>[0], code: string, message: RegExp) =>
    assert.throws(() => checkGraph(nodes), { code, message })
  fails([node('a'), node('a')], 'split_duplicate_id', /"a"/)
  fails([node('tests', 'impl'), node('impl1')], 'split_unknown_dependency', /"impl".*"impl1"/)
  fails([node('a', 'c'), node('b', 'a'), node('c', 'b')], 'split_cycle', /a → c → b → a/)
  fails([node('a', 'a')], 'split_cycle', /a → a/)
})

test('a ring of ten thousand is told in one short line', () => {
  const nodes = Array.from({ length: 10_000 }, (_, n) => node(`w${n}`, `w${(n + 1) % 10_000}`))
  assert.throws(
    () => checkGraph(nodes),
    (error) => error instanceof Error && error.message.length <= 1000,
  )
})
