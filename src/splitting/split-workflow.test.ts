import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import type { Json } from '../shared/index.ts'
import { splitWorkflow } from './split-workflow.ts'

const limits = { maxBytes: 10_000_000, maxTasks: 10_000 }
const split = (input: Json) => splitWorkflow(input, { limits })
const example = (name: string) =>
  readFileSync(new URL(`../../examples/${name}.json`, import.meta.url), 'utf8')
const node = (config: Json, rest: Json = {}) => ({
  nodes: [{ id: 'work', type: 'agent', config, ...(typeof rest === 'object' ? rest : {}) }],
})

describe('the examples', () => {
  const counts = {
    shop: 24,
    'full-stack': 44,
    'data-pipeline': 15,
    testing: 5,
    dependencies: 5,
  }
  for (const [name, count] of Object.entries(counts)) {
    it(`splits ${name} into ${count} tasks, as text and as a value alike`, () => {
      const plan = split(example(name))
      assert.equal(plan.tasks.length, count)
      assert.deepEqual(split(JSON.parse(example(name))), plan)
      assert.deepEqual(plan.notes, [])
    })
  }

  it('gives every component its four independent steps', () => {
    const { tasks } = split(example('shop'))
    assert.deepEqual(
      tasks.slice(0, 4).map(({ id, title, type, workerType }) => [id, title, type, workerType]),
      [
        ['backend-api-implementation', 'API: implementation', 'code_generation', 'code-generation'],
        ['backend-api-tests', 'API: tests', 'code_generation', 'code-generation'],
        ['backend-api-documentation', 'API: documentation', 'documentation', 'general'],
        ['backend-api-integration-review', 'API: integration review', 'code_review', 'ai-analysis'],
      ],
    )
    assert.ok(tasks.every((task) => task.dependsOn.length === 0))
    assert.ok(tasks.every((task) => task.estimateMinutes >= 2 && task.estimateMinutes <= 10))
  })

  it('keeps the ids, priorities and dependencies of the input', () => {
    const { tasks } = split(example('dependencies'))
    assert.deepEqual(
      tasks.map(({ id, priority, dependsOn }) => [id, priority, dependsOn]),
      [
        ['schema', 'high', []],
        ['api', 'high', ['schema']],
        ['ui', 'medium', ['api']],
        ['docs', 'low', ['api']],
        ['ship', 'critical', ['ui', 'docs']],
      ],
    )
  })

  it('reads the worker template', () => {
    assert.deepEqual(split(example('testing')).workerTemplate, {
      runner: 'ubuntu-latest',
      timeoutMs: 1_800_000,
      retries: 2,
      cache: true,
    })
    assert.equal(split(example('shop')).workerTemplate.timeoutMs, null)
  })
})

describe('forms of nodes', () => {
  it('adds a task for each test type to those of the components', () => {
    const plan = split(
      node({ agentType: 'code-generator', components: ['A'], testTypes: ['unit', 'e2e'] }),
    )
    assert.deepEqual(
      plan.tasks.map((task) => task.title),
      ['A: implementation', 'A: tests', 'A: documentation', 'A: integration review', 'unit', 'e2e'],
    )
  })

  it('validates a source after it was taken in', () => {
    const plan = split(node({ agentType: 'data-processor', sources: ['S'] }))
    assert.deepEqual(
      plan.tasks.map(({ title, dependsOn }) => [title, dependsOn]),
      [
        ['S: ingest', []],
        ['S: validate', ['work-s-ingest']],
      ],
    )
  })

  it('makes one task of a node without lists, with its text in the instructions', () => {
    const plan = split(node({ agentType: 'reviewer', prompt: 'Read it\nall', tone: 'dry' }))
    const [task] = plan.tasks
    assert.equal(plan.tasks.length, 1)
    assert.equal(task?.id, 'work')
    assert.equal(task?.title, 'Read it all')
    assert.equal(task?.type, 'code_review')
    assert.match(task?.instructions ?? '', /Goal: work\n.*Read it\nall/s)
    assert.match(task?.instructions ?? '', /tone: dry/)
  })

  it('makes one task of a node without any config', () => {
    assert.equal(split({ nodes: [{ id: 'a', type: 'agent' }] }).tasks[0]?.title, 'a')
  })

  it('keeps the agent wanted by a sub-task and the language of the node', () => {
    const plan = split(
      node({ language: 'go', subTasks: [{ task: 'Do', agent: 'ann', priority: 'HIGH' }] }),
    )
    assert.match(plan.tasks[0]?.instructions ?? '', /Language: go[\s\S]*Agent wanted: ann/)
    assert.equal(plan.tasks[0]?.priority, 'high')
  })

  it('takes type and worker from words of the text', () => {
    const texts = {
      'Review generated code for security': 'code_review',
      'Generate API documentation': 'documentation',
      'Create C# class for user management': 'code_generation',
      'Scan the dependencies for CVEs': 'security_scanning',
      'Triage new bugs': 'issue_management',
      'Have lunch': 'general',
    }
    const plan = split({
      nodes: [{ id: 'p', type: 'parallel', config: { tasks: Object.keys(texts) } }],
    })
    assert.deepEqual(
      plan.tasks.map((task) => task.type),
      Object.values(texts),
    )
  })
})

describe('ids', () => {
  const tasksWith = (ids: readonly string[]) =>
    split({
      nodes: [
        { id: 'n', type: 'parallel', config: { tasks: ids.map((id) => ({ id, task: 'Do it' })) } },
      ],
    }).tasks.map((task) => task.id)

  it('tells ids apart that differ only in what a slug cannot hold', () => {
    assert.deepEqual(tasksWith(['A b', 'a_b', 'a-b', 'a-b-2']), [
      'a-b',
      'a-b-2',
      'a-b-3',
      'a-b-2-2',
    ])
  })

  it('makes safe ids of hostile ones', () => {
    const ids = [
      '__proto__',
      'constructor',
      '-rf',
      'x.lock',
      '../../etc',
      '日本',
      'ü',
      'é'.repeat(300),
    ]
    for (const id of tasksWith(ids)) assert.match(id, /^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/)
  })

  it('keeps the end of a long made id, where the tasks differ', () => {
    const plan = split({
      nodes: [{ id: 'n'.repeat(80), type: 'agent', config: { components: ['Component'] } }],
    })
    assert.match(plan.tasks[3]?.id ?? '', /^n+-component-integration-review$/)
  })
})

describe('text that the database or a terminal would choke on', () => {
  it('is cleaned everywhere', () => {
    const nasty = 'a\u0000b\ud800c\u001b[31m\u202ed\ne'
    const plan = splitWorkflow(
      {
        title: nasty,
        description: nasty,
        nodes: [
          {
            id: nasty,
            type: 'agent',
            config: { task: nasty, [nasty]: nasty, components: [nasty] },
          },
        ],
        [nasty]: 1,
        workerTemplate: { runner: nasty },
      },
      { limits, title: nasty },
    )
    const text = JSON.stringify(plan)
    assert.doesNotMatch(text, /\\u0000|\\ud800|\\u001b|\u202e/)
    assert.equal(plan.tasks[0]?.title, 'ab\ufffdc[31md e: implementation')
  })
})

describe('text input', () => {
  const workflow = '{"nodes":[{"id":"a","type":"agent"}]}'
  it('takes a workflow out of a fence in Markdown', () => {
    const text = `# Goal\n\n- [ ] not this\n\n\`\`\`json\n${workflow}\n\`\`\`\n`
    assert.deepEqual(
      split(text).tasks.map((task) => task.id),
      ['a'],
    )
  })
  it('does not take one out of a comment', () => {
    const text = `<!--\n\`\`\`json\n${workflow}\n\`\`\`\n-->\n- [ ] this\n`
    assert.deepEqual(
      split(text).tasks.map((task) => task.title),
      ['this'],
    )
  })
  it('takes a text that begins with a checkbox or link as prose', () => {
    assert.equal(
      split('[the plan](https://example.org) is good').tasks[0]?.title,
      'the plan is good',
    )
  })
  it('skips a byte order mark', () => {
    assert.equal(split(`\ufeff${workflow}`).tasks.length, 1)
  })
  it('prefers the title of the options', () => {
    const plan = splitWorkflow(workflow, { limits, title: 'Mine' })
    assert.equal(plan.title, 'Mine')
    assert.match(plan.tasks[0]?.instructions ?? '', /^Goal: Mine\n/)
  })
})
