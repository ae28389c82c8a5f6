import assert from 'node:assert/strict'
import test from 'node:test'
import { Specialist } from '../contracts/index.ts'
import { defaultSpecialists } from './default-specialists.ts'
import { mergeSpecialists } from './merge-specialists.ts'

test('the specialists that come with Maniple are complete and each has its own types', () => {
  for (const specialist of defaultSpecialists) Specialist.parse(specialist)
  const types = defaultSpecialists.flatMap(({ taskTypes }) => taskTypes)
  assert.equal(new Set(types).size, types.length)
  assert.deepEqual(
    defaultSpecialists.map(({ name, complexity, expectedLatencyMs }) => [
      name,
      complexity.from,
      complexity.to,
      expectedLatencyMs,
    ]),
    [
      ['code_generation', 'medium', 'high', 2_000],
      ['code_review', 'low', 'high', 1_500],
      ['documentation', 'low', 'medium', 1_800],
      ['issue_management', 'low', 'medium', 1_000],
      ['security_scanning', 'medium', 'high', 2_500],
      ['general', 'low', 'high', 2_000],
    ],
  )
})

test('an override changes what it names and keeps the rest and the order', () => {
  const merged = mergeSpecialists(defaultSpecialists, [
    { name: 'code_review', models: ['large'], title: undefined },
  ])
  assert.deepEqual(
    merged.map(({ name }) => name),
    defaultSpecialists.map(({ name }) => name),
  )
  const [before, after] = [defaultSpecialists, merged].map((all) =>
    all.find(({ name }) => name === 'code_review'),
  )
  assert.deepEqual(after, { ...before, models: ['large'] })
})

test('overrides of a repository lie over those of the configuration', () => {
  const configured = mergeSpecialists(defaultSpecialists, [{ name: 'general', models: ['a'] }])
  const own = mergeSpecialists(configured, [{ name: 'general', instructions: 'Be brief.' }])
  const general = own.find(({ name }) => name === 'general')
  assert.deepEqual([general?.models, general?.instructions], [['a'], 'Be brief.'])
})

test('a new specialist must be complete: everything missing is named, all problems at once', () => {
  assert.throws(
    () =>
      mergeSpecialists(defaultSpecialists, [
        { name: 'database', title: 'Database', models: [] },
        { name: 'code_review', expectedLatencyMs: -1 },
        { name: 'general' },
        { name: 'general' },
      ]),
    {
      code: 'config_invalid',
      message:
        /"database" is new, .*missing: taskTypes, skills, complexity, expectedLatencyMs, instructions\n.*"code_review" expectedLatencyMs: .*\n.*"general" is overridden twice/,
    },
  )
})

test('unknown keys and odd names are refused by name', () => {
  const odd = { name: 'general', modles: [] }
  assert.throws(() => mergeSpecialists(defaultSpecialists, [odd]), /modles/)
  assert.throws(() => mergeSpecialists(defaultSpecialists, [{ name: '../x' }]), /"\.\.\/x"/)
})
