import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import * as z from 'zod'
import { chooseSpecialist, defaultSpecialists } from '../../src/routing/index.ts'

const kinds = ['typed', 'clear', 'mixed', 'misleading'] as const
const splits = ['tuning', 'held-out'] as const
const Labelled = z.array(
  z.strictObject({
    content: z.string().min(1),
    type: z.string().optional(),
    expected: z.enum(defaultSpecialists.map(({ name }) => name)),
    kind: z.enum(kinds),
    split: z.enum(splits),
  }),
)
const file = new URL('labelled-requests.json', import.meta.url)
const requests = Labelled.parse(JSON.parse(readFileSync(file, 'utf8')))
const judged = requests.map((request) => {
  const { chosen, confidence } = chooseSpecialist(request, defaultSpecialists)
  return { ...request, chosen, confidence, right: chosen === request.expected }
})

type Judged = (typeof judged)[number]
const share = (some: readonly Judged[]): number =>
  some.filter(({ right }) => right).length / some.length
const percent = (some: readonly Judged[]): string =>
  `${(100 * share(some)).toFixed(1)} % of ${some.length}`
const of = (split: (typeof splits)[number], ...wanted: (typeof kinds)[number][]): Judged[] =>
  judged.filter((one) => one.split === split && wanted.includes(one.kind))

test('the labelled set is large and varied enough to say something', () => {
  assert.ok(requests.length >= 330)
  assert.equal(new Set(requests.map(({ content }) => content)).size, requests.length)
  for (const kind of kinds) assert.ok(requests.filter((one) => one.kind === kind).length >= 60)
  const heldOut = requests.filter(({ split }) => split === 'held-out').length
  assert.ok(heldOut / requests.length > 0.32, `${heldOut} held out`)
  for (const { name } of defaultSpecialists) {
    for (const split of splits) {
      assert.ok(requests.some((one) => one.split === split && one.expected === name))
    }
  }
})

for (const split of splits) {
  test(`typed and clear requests reach their specialist (${split})`, (t) => {
    for (const kind of kinds) t.diagnostic(`${split} ${kind}: ${percent(of(split, kind))}`)
    assert.equal(share(of(split, 'typed')), 1)
    assert.ok(share(of(split, 'typed', 'clear')) >= 0.95)
  })
}

test('mixed and misleading requests mostly do (tuning)', () => {
  assert.ok(share(of('tuning', 'mixed', 'misleading')) >= 0.8)
})

test('a surer choice is more often right', (t) => {
  const untyped = judged.filter(({ kind }) => kind !== 'typed')
  const ordered = untyped.toSorted((one, other) => one.confidence - other.confidence)
  const third = Math.ceil(ordered.length / 3)
  const [low, high] = [ordered.slice(0, third), ordered.slice(-third)]
  const range = (some: readonly Judged[]): string =>
    `${some[0]?.confidence.toFixed(2)} to ${some.at(-1)?.confidence.toFixed(2)}`
  t.diagnostic(`confidence ${range(low)}: right in ${percent(low)}`)
  t.diagnostic(`confidence ${range(high)}: right in ${percent(high)}`)
  assert.ok(share(high) >= share(low))
})
