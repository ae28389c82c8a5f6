import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { splitWorkflow } from './split-workflow.ts'

const limits = { maxBytes: 10_000_000, maxTasks: 10_000 }
const example = (name: string) =>
  readFileSync(new URL(`../../examples/${name}.json`, import.meta.url), 'utf8')

describe('levels', () => {
  it('keep the width of every example in range where there is enough work', () => {
    const widths = ['shop', 'full-stack', 'data-pipeline', 'testing'].map((name) =>
      (['small', 'medium', 'large', 'massive'] as const).map(
        (level) => splitWorkflow(example(name), { limits, level }).tasks.length,
      ),
    )
    assert.deepEqual(widths, [
      [10, 24, 24, 24],
      [10, 30, 44, 44],
      [10, 15, 15, 15],
      [5, 5, 5, 5],
    ])
  })

  it('say what was grouped, what is missing, and estimates outside 2–10 minutes', () => {
    const small = splitWorkflow(example('shop'), { limits, level: 'small' })
    assert.match(small.notes[0] ?? '', /24 tasks were grouped into 10 .* small \(5–10\)/)
    assert.match(small.notes[1] ?? '', /estimated outside the good 2–10 minutes: backend-api/)
    const large = splitWorkflow(example('shop'), { limits, level: 'large' })
    assert.deepEqual(large.notes, [
      'The input holds 24 tasks, fewer than the level large (40–60) asks for; no work was invented.',
    ])
  })

  it('merge a component before a node and a node before the whole', () => {
    const six = splitWorkflow(example('shop'), { limits, level: 6 })
    assert.deepEqual(
      six.tasks.map((task) => task.title.split(':')[0]),
      ['API', 'Database', 'Auth', 'UI', 'State', 'Routing'],
    )
    assert.equal(six.tasks[0]?.id, 'backend-api-implementation-and-3-more')
    assert.equal(
      six.tasks[0]?.title,
      'API: implementation, tests, documentation, integration review',
    )
    const two = splitWorkflow(example('shop'), { limits, level: 2 })
    assert.ok(two.tasks[0]?.instructions.includes('Part 12 of 12'))
    assert.doesNotMatch(two.tasks[0]?.instructions ?? '', /Node: frontend/)
  })

  it('reach any number down to 1 without a cycle, uniting dependencies', () => {
    for (const level of [1, 2, 3, 4, 5]) {
      const { tasks } = splitWorkflow(example('dependencies'), { limits, level })
      assert.equal(tasks.length, level)
      for (const [index, task] of tasks.entries()) {
        const before = tasks.slice(0, index).map(({ id }) => id)
        assert.ok(task.dependsOn.every((id) => before.includes(id)))
      }
    }
  })

  it('lift a group to the highest priority and complexity and add up its minutes', () => {
    const [task] = splitWorkflow(example('dependencies'), { limits, level: 1 }).tasks
    assert.equal(task?.priority, 'critical')
    assert.equal(task?.estimateMinutes, 30)
    assert.deepEqual(task?.dependsOn, [])
  })
})
