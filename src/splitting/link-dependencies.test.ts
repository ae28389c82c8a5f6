import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ErrorCode, Json } from '../shared/index.ts'
import { splitWorkflow } from './split-workflow.ts'

const limits = { maxBytes: 10_000_000, maxTasks: 100_000 }
const parallel = (id: string, tasks: Json, dependsOn: readonly string[] = []) => ({
  id,
  type: 'parallel',
  dependsOn,
  config: { tasks },
})
const edges = (...nodes: Json[]) =>
  Object.fromEntries(
    splitWorkflow({ nodes }, { limits }).tasks.map((task) => [task.id, task.dependsOn]),
  )
const refuses = (code: ErrorCode, message: RegExp, ...nodes: Json[]) =>
  assert.throws(() => splitWorkflow({ nodes }, { limits }), { name: 'AppError', code, message })

describe('dependencies between nodes', () => {
  it('hold for every task, said by as few edges as mean the same', () => {
    const first = parallel('one', [
      { id: 'a', task: 'A' },
      { id: 'b', task: 'B', dependencies: ['a'] },
    ])
    const second = parallel(
      'two',
      [
        { id: 'c', task: 'C' },
        { id: 'd', task: 'D', dependencies: ['c'] },
      ],
      ['one'],
    )
    assert.deepEqual(edges(first, second), { a: [], b: ['a'], c: ['b'], d: ['c'] })
  })

  it('may name a task inside another node, a later node, or an id that was made', () => {
    const nodes = [
      parallel('one', [{ id: 'a', task: 'A', dependencies: ['two'] }]),
      parallel('two', ['X', 'Y'], ['t']),
      parallel('three', [{ id: 't', task: 'T', dependsOn: ['gen-ui-tests'] }]),
      { id: 'gen', type: 'agent', config: { components: ['UI'] } },
    ]
    assert.deepEqual(edges(...nodes).a, ['two-x', 'two-y'])
    assert.deepEqual(edges(...nodes)['two-x'], ['t'])
    assert.deepEqual(edges(...nodes).t, ['gen-ui-tests'])
  })

  it('of a component hold for all of its steps', () => {
    const components = [
      { id: 'db', name: 'DB' },
      { name: 'API', dependsOn: ['db'] },
    ]
    const found = edges({ id: 'n', type: 'agent', config: { components } })
    const steps = [
      'n-db-implementation',
      'n-db-tests',
      'n-db-documentation',
      'n-db-integration-review',
    ]
    assert.deepEqual(found['n-api-tests'], steps)
    assert.deepEqual(found['n-db-tests'], [])
  })
})

describe('bad dependencies', () => {
  it('name an unknown id, its place and the nearest known one', () => {
    refuses(
      'split_unknown_dependency',
      /"schmea" \(nodes\[0\]\.config\.tasks\[1\]\.dependencies\[0\], did you mean "schema"\?\), "zzz" \(nodes\[0\]\.dependsOn\[0\]\)\.$/,
      parallel(
        'n',
        [
          { id: 'schema', task: 'S' },
          { task: 'T', dependencies: ['schmea'] },
        ],
        ['zzz'],
      ),
    )
  })

  it('name an id given twice and both places', () => {
    const twice = parallel('a', [{ id: 'x', task: 'X' }])
    refuses(
      'split_duplicate_id',
      /"x" \(nodes\[0\]\.config\.tasks\[0\]\.id and nodes\[2\]\.id\)/,
      twice,
      parallel('b', ['Y']),
      parallel('x', ['Z']),
    )
    refuses(
      'split_duplicate_id',
      /"b" \(nodes\[0\]\.id and nodes\[1\]\.id\)/,
      parallel('b', ['Y']),
      parallel('b', ['Z']),
    )
  })

  it('name every task of a cycle, in its order', () => {
    refuses(
      'split_cycle',
      /: a → c → b → a\. /,
      parallel('n', [
        { id: 'a', task: 'A', dependencies: ['c'] },
        { id: 'b', task: 'B', dependencies: ['a'] },
        { id: 'c', task: 'C', dependencies: ['b'] },
      ]),
    )
  })

  it('name the nodes of a cycle, not all of their tasks', () => {
    refuses(
      'split_cycle',
      /: one → two → one\. /,
      parallel('one', ['A', 'B'], ['two']),
      parallel('two', ['C', 'D'], ['one']),
    )
  })

  it('name a task or node that depends on itself or on what holds it', () => {
    refuses(
      'split_cycle',
      /: a → a\. /,
      parallel('n', [{ id: 'a', task: 'A', dependencies: ['a'] }]),
    )
    refuses('split_cycle', /: n → n\. /, parallel('n', ['A'], ['n']))
    refuses(
      'split_cycle',
      /: a → n → a\. /,
      parallel('n', [{ id: 'a', task: 'A', dependencies: ['n'] }]),
    )
  })

  it('name several cycles and what else is knotted into one', () => {
    const task = (id: string, dependencies: readonly string[]) => ({ id, task: id, dependencies })
    const nodes = parallel('n', [
      task('a', ['b']),
      task('b', ['a', 'c']),
      task('c', ['b']),
      task('x', ['y']),
      task('y', ['x']),
    ])
    refuses('split_cycle', /2 cycles .*a → b → a \(also in it: c\); x → y → x/, nodes)
  })

  it('keep the message short for a cycle of thousands', () => {
    const tasks = Array.from({ length: 5_000 }, (_, i) => ({
      id: `t${i}`,
      task: 'T',
      dependencies: [`t${(i + 1) % 5_000}`],
    }))
    refuses(
      'split_cycle',
      /^.{1,900}and 4,\d{3} more\. Remove one dependency of each\.$/,
      parallel('n', tasks),
    )
  })

  it('refuse more pairs than a run may have', () => {
    const names = Array.from({ length: 1_100 }, (_, i) => `t${i}`)
    refuses(
      'input_too_large',
      /more than 100,000 pairs/,
      parallel('a', names),
      parallel('b', names, ['a']),
    )
  })
})
