import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type BisectAnswer,
  type BisectStep,
  bisect,
  type FinishedBranch,
  mostChecks,
} from './bisect.ts'

const branchesOf = (count: number): readonly FinishedBranch[] =>
  Array.from({ length: count }, (_, index) => ({ id: `b${index}`, dependsOn: [] }))

/** Answers the way a repository would in which exactly these sets break the check. */
function solve(branches: readonly FinishedBranch[], bad: readonly (readonly string[])[]) {
  const answers: BisectAnswer[] = []
  for (;;) {
    const step = bisect(branches, answers)
    if (step.kind === 'found') return { step, checks: answers.length, answers }
    assert.ok(answers.length < 5000)
    const asked = new Set(step.branches)
    for (const { id, dependsOn } of branches) {
      if (asked.has(id))
        assert.ok(
          dependsOn.every((one) => asked.has(one)),
          `${id} without its base`,
        )
    }
    answers.push({
      branches: step.branches,
      passed: !bad.some((set) => set.every((id) => asked.has(id))),
    })
  }
}

const key = (sets: readonly (readonly string[])[]) =>
  sets.map((set) => set.toSorted().join('+')).toSorted()

const found = (step: BisectStep) => {
  assert.ok(step.kind === 'found')
  return step
}

test('all sound: one check', () => {
  const { step, checks } = solve(branchesOf(100), [])
  assert.deepEqual([step.verdict, step.sound.length, checks], ['sound', 100, 1])
})

test('a broken base blames nobody', () => {
  const { step, checks } = solve(branchesOf(100), [[]])
  assert.deepEqual([step.verdict, step.offenders, checks], ['base', [], 2])
})

test('no branches at all', () => {
  assert.equal(solve([], []).step.verdict, 'sound')
  assert.equal(solve([], [[]]).step.verdict, 'base')
})

test('any single offender of 100 is named within eleven checks', () => {
  assert.equal(mostChecks(100, [1]), 11)
  for (let index = 0; index < 100; index++) {
    const { step, checks } = solve(branchesOf(100), [[`b${index}`]])
    assert.deepEqual(step.offenders, [[`b${index}`]])
    assert.equal(step.sound.length, 99)
    assert.ok(checks <= 11, `${checks}`)
  }
})

test('a pair is named in the order it was finished; only the later one is left out', () => {
  const { step, checks } = solve(branchesOf(24), [['b3', 'b17']])
  assert.deepEqual(step.offenders, [['b3', 'b17']])
  assert.ok(step.sound.includes('b3') && !step.sound.includes('b17'))
  assert.ok(checks <= mostChecks(24, [2]))
})

test('what builds on an offender is held back, not blamed', () => {
  const branches = [
    { id: 'a', dependsOn: [] },
    { id: 'b', dependsOn: ['a'] },
    { id: 'c', dependsOn: ['b'] },
    { id: 'd', dependsOn: [] },
  ]
  const { step } = solve(branches, [['b']])
  assert.deepEqual([step.offenders, step.heldBack, step.sound], [[['b']], ['c'], ['a', 'd']])
})

test('several, alone and in sets: each named is guilty, the rest is sound, the checks are bounded', () => {
  const simulation = fc.integer({ min: 1, max: 120 }).chain((count) =>
    fc.record({
      count: fc.constant(count),
      bad: fc.array(fc.uniqueArray(fc.nat(count - 1), { minLength: 1, maxLength: 3 }), {
        maxLength: 5,
      }),
      links: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 40 }),
    }),
  )
  fc.assert(
    fc.property(simulation, ({ count, bad, links }) => {
      const branches = branchesOf(count).map(({ id }, index) => ({
        id,
        dependsOn: links.flatMap(([one, other]) =>
          Math.max(one, other) === index && one !== other ? [`b${Math.min(one, other)}`] : [],
        ),
      }))
      const sets = bad.map((set) => set.map((index) => `b${index}`))
      const { step, checks } = solve(branches, sets)
      const { offenders, sound, heldBack } = found(step)
      const guilty = new Set(sets.flat())
      assert.ok(offenders.flat().every((id) => guilty.has(id)))
      assert.ok(!sets.some((set) => set.every((id) => sound.includes(id))))
      assert.equal(step.verdict, sets.length === 0 ? 'sound' : 'offenders')
      const left = new Set(offenders.map((set) => set.at(-1)))
      assert.equal(sound.length + heldBack.length + left.size, count)
      if (links.length === 0) {
        const smallest = sets.filter((set) => !sets.some((one) => isWithin(one, set)))
        const all = new Set(key(smallest))
        assert.ok(key(offenders).every((one) => all.has(one)))
      }
      assert.ok(
        checks <=
          mostChecks(
            count,
            offenders.map((set) => set.length),
          ),
        `${checks}`,
      )
    }),
    { numRuns: 100 },
  )
})

const isWithin = (one: readonly string[], other: readonly string[]) =>
  one.length < other.length && one.every((id) => other.includes(id))

test('the order of the answers does not matter, nor do answers to other questions', () => {
  const branches = branchesOf(50)
  const { step, answers } = solve(branches, [['b7'], ['b20', 'b30']])
  const more = { branches: ['b1', 'b2'], passed: true }
  assert.deepEqual(bisect(branches, [more, ...answers.toReversed()]), step)
})

test('a check that contradicts itself ends the search all the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.infiniteStream(fc.boolean()), (count, coin) => {
      const answers: BisectAnswer[] = []
      for (;;) {
        const step = bisect(branchesOf(count), answers)
        if (step.kind === 'found') break
        answers.push({ branches: step.branches, passed: coin.next().value ?? true })
        assert.ok(answers.length <= 2 + count * (count * 8 + 2))
      }
    }),
  )
})
