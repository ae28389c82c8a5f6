import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AppError, type Json } from '../shared/index.ts'
import { splitWorkflow } from './split-workflow.ts'

const limits = { maxBytes: 1_000_000, maxTasks: 1_000 }

function failure(input: Json, own = limits): AppError {
  try {
    splitWorkflow(input, { limits: own })
  } catch (error) {
    assert.ok(error instanceof AppError)
    assert.doesNotMatch(error.message, /[\n\r]/)
    assert.ok(error.message.length <= 1_000)
    return error
  }
  return assert.fail('The input was accepted')
}

const withConfig = (config: Json) => ({ nodes: [{ id: 'a', type: 'agent', config }] })

describe('a malformed workflow is refused with its place', () => {
  const cases: readonly (readonly [name: string, input: Json, message: RegExp])[] = [
    ['no nodes', {}, /^nodes: expected a list of nodes, got nothing\.$/],
    ['empty nodes', { nodes: [] }, /^nodes: expected at least one node, got an empty list\.$/],
    ['nodes of a wrong type', { nodes: 'x' }, /^nodes: expected a list of nodes, got the text "x"/],
    ['a list', [1], /^input: expected an object with a list "nodes".* got a list of 1/],
    ['a number', 5, /got a number \(5\)/],
    ['null', null, /got null/],
    ['an empty text', ' \n', /The input is empty/],
    ['a node that is none', { nodes: [1] }, /^nodes\[0\]: expected a node.*got a number \(1\)/],
    [
      'a node without an id',
      { nodes: [{ type: 'agent' }] },
      /^nodes\[0\]\.id: expected a text, got nothing/,
    ],
    [
      'a blank id',
      { nodes: [{ id: ' ', type: 'agent' }] },
      /nodes\[0\]\.id: expected a text that is not empty, got an empty text/,
    ],
    [
      'an unknown type',
      { nodes: [{ id: 'a', type: 'x' }] },
      /nodes\[0\]\.type: expected "agent" or "parallel", got the text "x"/,
    ],
    [
      'components of a wrong type',
      withConfig({ components: 'API' }),
      /nodes\[0\]\.config\.components: expected a list of components, got the text "API"/,
    ],
    [
      'a component of a wrong type',
      withConfig({ components: ['a', 5] }),
      /nodes\[0\]\.config\.components\[1\]: expected a text or an object, got a number \(5\)/,
    ],
    [
      'empty components',
      withConfig({ components: [] }),
      /nodes\[0\]\.config\.components: expected at least one entry/,
    ],
    [
      'empty parallel tasks',
      { nodes: [{ id: 'a', type: 'parallel', config: { tasks: [] } }] },
      /nodes\[0\]\.config\.tasks: expected at least one entry/,
    ],
    [
      'no parallel tasks',
      { nodes: [{ id: 'a', type: 'parallel' }] },
      /nodes\[0\]\.config\.tasks: expected a list of tasks, got nothing/,
    ],
    [
      'a task without words',
      withConfig({ tasks: [{ priority: 'low' }] }),
      /nodes\[0\]\.config\.tasks\[0\]: expected a text under task/,
    ],
    [
      'an unknown priority',
      withConfig({ tasks: [{ task: 'x', priority: 'urgent' }] }),
      /tasks\[0\]\.priority: expected critical, high, medium or low, got the text "urgent"/,
    ],
    [
      'dependencies that are no list',
      withConfig({ tasks: [{ task: 'x', dependencies: 'y' }] }),
      /tasks\[0\]\.dependencies: expected a list of ids, got the text "y"/,
    ],
    [
      'a dependency that is no id',
      withConfig({ tasks: [{ task: 'x', dependencies: ['y', 7] }] }),
      /tasks\[0\]\.dependencies\[1\]: expected a list of ids, got a number \(7\)/,
    ],
    [
      'a time-out of nothing',
      { ...withConfig({}), workerTemplate: { timeout: 0 } },
      /workerTemplate\.timeout: expected minutes above 0, got a number \(0\)/,
    ],
    [
      'a time-out of days',
      { ...withConfig({}), workerTemplate: { timeout: 1441 } },
      /at most 1440/,
    ],
    [
      'too many retries',
      { ...withConfig({}), workerTemplate: { retries: 11 } },
      /workerTemplate\.retries: expected a whole number from 0 to 10, got a number \(11\)/,
    ],
    [
      'half a retry',
      { ...withConfig({}), workerTemplate: { retries: 0.5 } },
      /workerTemplate\.retries: expected a whole number/,
    ],
    [
      'a cache that is no switch',
      { ...withConfig({}), workerTemplate: { cache: 'yes' } },
      /workerTemplate\.cache: expected true or false/,
    ],
    ['an input to orchestrate', { workloads: [] }, /one to orchestrate, not to split/],
  ]
  for (const [name, input, message] of cases) {
    it(name, () => {
      const error = failure(input)
      assert.equal(error.code, 'input_invalid')
      assert.match(error.message, message)
    })
  }

  it('names several places at once', () => {
    const error = failure({
      nodes: [
        { id: 1, type: 'agent' },
        { id: 'b', type: 2 },
      ],
    })
    assert.match(error.message, /nodes\[0\]\.id: .*; nodes\[1\]\.type: /)
  })
})

describe('malformed JSON text is refused with line and column', () => {
  const cases: readonly (readonly [text: string, message: RegExp])[] = [
    ['{', /^line 1, column 2: malformed JSON, expected a key in double quotes or "}"/],
    ['{"nodes": [\n  {"id": "a",}\n]}', /^line 2, column 14: .*a key in double quotes/],
    ['{"nodes": [1 2]}', /^line 1, column 14: .*"," or a closing bracket/],
    ['{"a": "b\nc"}', /^line 1, column 7: .*a text closed on its own line/],
    ["{'a': 1}", /^line 1, column 2:/],
    ['{"a": 1} x', /^line 1, column 10: .*the end of the text/],
    [
      'text\n\n```json\n{"nodes": [\n}\n```',
      /^line 5, column 1: malformed JSON in the fenced block from line 4/,
    ],
  ]
  for (const [text, message] of cases) {
    it(JSON.stringify(text), () => {
      const error = failure(text)
      assert.equal(error.code, 'input_invalid')
      assert.match(error.message, message)
    })
  }
})

describe('limits', () => {
  it('say both sizes of too many bytes', () => {
    for (const input of [
      { nodes: [], pad: 'é'.repeat(600_000) },
      `{"pad":"${'x'.repeat(1_000_000)}"}`,
    ]) {
      const error = failure(input)
      assert.equal(error.code, 'input_too_large')
      assert.match(error.message, /has 1,\d{3},\d{3} bytes, the limit is 1,000,000/)
    }
  })
  it('count the tasks that components become', () => {
    const error = failure(
      withConfig({ components: Array.from({ length: 251 }, (_, i) => `c${i}`) }),
    )
    assert.equal(error.code, 'input_too_large')
    assert.match(error.message, /^nodes: the input comes to 1,004 tasks, the limit is 1,000/)
    const fits = withConfig({ components: Array.from({ length: 250 }, (_, i) => `c${i}`) })
    assert.equal(splitWorkflow(fits, { limits }).tasks.length, 1_000)
  })
  it('refuse a level that is none', () => {
    for (const level of [0, -1, 1.5, Number.NaN, 1e300]) {
      assert.throws(
        () => splitWorkflow(withConfig({}), { limits, level }),
        /^AppError: level: expected small, medium, large, massive or a whole number/,
      )
    }
  })
})

describe('keys without a meaning', () => {
  it('are noted, not refused', () => {
    const plan = splitWorkflow(
      {
        nodes: [
          {
            id: 'a',
            type: 'parallel',
            nmae: 1,
            config: { tasks: [{ task: 'x', pirority: 'low' }] },
          },
        ],
        extra: 1,
        workerTemplate: { timeuot: 3 },
      },
      { limits },
    )
    assert.deepEqual(plan.notes, [
      'Keys without a meaning here were ignored: extra, workerTemplate.timeuot, nodes[0].nmae, nodes[0].config.tasks[0].pirority.',
    ])
  })
})
