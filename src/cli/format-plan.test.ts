import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SplitPlan, SplitTask } from '../contracts/index.ts'
import { formatPlan } from './format-plan.ts'
import { displayWidth } from './terminal-text.ts'

function planned(id: string, dependsOn: readonly string[], title = `Do ${id}`): SplitTask {
  return {
    id,
    title,
    type: 'code_generation',
    workerType: 'code-generation',
    priority: 'medium',
    complexity: 'medium',
    dependsOn,
    instructions: '',
    estimateMinutes: 5,
  }
}

const plan: SplitPlan = {
  title: 'Release',
  tasks: [planned('schema', []), planned('api', ['schema'])],
  workerTemplate: { runner: null, timeoutMs: null, retries: null, cache: false },
  notes: ['Estimates are guesses'],
}

test('a dry run is a table with ids, titles, types, dependencies, width and notes', () => {
  assert.deepEqual(formatPlan(plan, { width: 80, colour: false }).split('\n'), [
    'Release',
    'width 2 tasks, 1 dependency, about 10 minutes of work',
    '',
    'ID      TITLE      TYPE             AFTER',
    'schema  Do schema  code_generation  -',
    'api     Do api     code_generation  schema',
    '',
    'Notes',
    '- Estimates are guesses',
    '',
    'Dry run: nothing was stored or started.',
  ])
})

test('long titles, many dependencies and wide characters stay within 80 columns', () => {
  const many = Array.from({ length: 30 }, (_, index) => `dependency-${index}`)
  const wide = { ...plan, tasks: [planned('x'.repeat(60), many, '日本語'.repeat(60))] }
  for (const line of formatPlan(wide, { width: 80, colour: false }).split('\n')) {
    assert.ok(displayWidth(line) <= 80, line)
  }
})
