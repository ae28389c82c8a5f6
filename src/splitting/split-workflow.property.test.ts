import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { SplitPlan } from '../contracts/index.ts'
import { AppError } from '../shared/index.ts'
import { findJsonError } from './find-json-error.ts'
import { splitWorkflow } from './split-workflow.ts'

const limits = { maxBytes: 1_000_000, maxTasks: 1_000 }
const seeded = { seed: 20_260_101, numRuns: 200 }

const words = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }),
  fc.constantFrom('__proto__', 'constructor', 'a', 'A', 'a-2', 'x.lock', '-'),
)
/** Dependencies point to earlier nodes and tasks only, so that the workflow is sound. */
const workflow = fc
  .array(
    fc.record({
      components: fc.array(words, { maxLength: 3 }),
      sources: fc.array(words, { maxLength: 2 }),
      tasks: fc.array(fc.record({ text: words, back: fc.nat() }), { maxLength: 5 }),
      back: fc.option(fc.nat()),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((drafts) => ({
    nodes: drafts.map((draft, index) => ({
      id: `node ${index}`,
      type: 'agent',
      dependsOn: draft.back === null || index === 0 ? [] : [`node ${draft.back % index}`],
      config: {
        task: 'Work',
        components: draft.components.map((name) => `c${name}`),
        sources: draft.sources.map((name) => `s${name}`),
        tasks: draft.tasks.map(({ text, back }, position) => ({
          id: `${index}.${position}`,
          task: `t${text}`,
          dependencies: position === 0 ? [] : [`${index}.${back % position}`],
        })),
      },
    })),
  }))
const levels = fc.option(
  fc.oneof(
    fc.constantFrom('small' as const, 'medium' as const, 'large' as const),
    fc.integer({ min: 1, max: 40 }),
  ),
  { nil: undefined },
)

function assertSound(plan: SplitPlan): void {
  const ids = new Set(plan.tasks.map((task) => task.id))
  assert.equal(ids.size, plan.tasks.length)
  for (const task of plan.tasks) {
    assert.match(task.id, /^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/)
    assert.ok(task.title.length > 0 && task.title.length <= 200)
    assert.doesNotMatch(task.title, /\p{Cc}/u)
    assert.ok(task.dependsOn.every((id) => ids.has(id) && id !== task.id))
  }
  const text = JSON.stringify(plan)
  assert.ok(text.isWellFormed() && !text.includes('\\u0000') && !/\\ud[89a-f]/.test(text))
  assertAcyclic(plan)
}

function assertAcyclic({ tasks }: SplitPlan): void {
  const ended = new Set<string>()
  for (let before = -1; before !== ended.size; ) {
    before = ended.size
    for (const task of tasks) if (task.dependsOn.every((id) => ended.has(id))) ended.add(task.id)
  }
  assert.equal(ended.size, tasks.length)
}

describe('any sound workflow', () => {
  it('gives a sound plan, the same each time, within the level', () => {
    fc.assert(
      fc.property(workflow, levels, (input, level) => {
        const plan = splitWorkflow(input, { limits, level })
        assertSound(plan)
        assert.deepEqual(splitWorkflow(JSON.stringify(input), { limits, level }), plan)
        const most = { small: 10, medium: 30, large: 60, massive: 100 }
        const bound = typeof level === 'string' ? most[level] : (level ?? limits.maxTasks)
        const whole = splitWorkflow(input, { limits }).tasks.length
        assert.equal(plan.tasks.length, Math.min(bound, whole))
      }),
      seeded,
    )
  })
})

describe('any input at all', () => {
  const accepts = (input: Parameters<typeof splitWorkflow>[0]) => {
    try {
      assertSound(splitWorkflow(input, { limits }))
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      assert.match(error.message, /^[^\n\r]{1,1000}$/)
      assert.match(error.code, /^(?:input|split)_/)
    }
  }
  it('of JSON gives a plan or one clear error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input) => accepts(JSON.stringify(input))),
      seeded,
    )
    const loose = fc.record({
      nodes: fc.array(
        fc.record(
          {
            id: words,
            type: fc.constantFrom('agent', 'parallel'),
            dependsOn: fc.array(words),
            config: fc.dictionary(
              fc.constantFrom('tasks', 'components', 'task', 'priority', '__proto__'),
              fc.jsonValue(),
            ),
          },
          { requiredKeys: ['id', 'type'] },
        ),
        { maxLength: 4 },
      ),
    })
    fc.assert(
      fc.property(loose, (input) => accepts(JSON.stringify(input))),
      seeded,
    )
  })
  it('of Markdown gives a plan or one clear error', () => {
    const lines = fc.constantFrom(
      '- [ ] do',
      '- [x] done',
      '1. one',
      '  - deep',
      '# H',
      '## S',
      'text',
      '',
      '> q',
      '```',
      '<!--',
      '-->',
      '<div hidden>',
      '</div>',
      '    code',
      '***',
      '===',
      '\t- t',
      '- ',
    )
    const prose = fc
      .array(fc.oneof(lines, words), { maxLength: 40 })
      .map((parts) => parts.join('\n'))
    fc.assert(fc.property(prose, accepts), seeded)
  })
})

describe('findJsonError', () => {
  it('finds a place inside every text that JSON.parse refuses', () => {
    const broken = fc.tuple(fc.json(), fc.nat(), fc.constantFrom('', '}', ',', 'x', '"', '\u0001'))
    fc.assert(
      fc.property(broken, ([json, at, insert]) => {
        const cut = at % (json.length + 1)
        const text =
          insert === '' ? json.slice(0, cut) : json.slice(0, cut) + insert + json.slice(cut)
        try {
          JSON.parse(text)
        } catch (error) {
          const fault = findJsonError(text)
          assert.equal(fault.line, 1)
          // Where the engine says a position, ours is the start of the same token.
          const position = /column (\d+)\)/.exec(String(error))?.[1] ?? text.length + 1
          assert.ok(fault.column >= 1 && fault.column <= Number(position), text)
        }
      }),
      { ...seeded, numRuns: 500 },
    )
  })
})
