import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultLimits, type Evidence, giveVerdict } from './give-verdict.ts'
import { type ArmSums, type MetricSums, noSums } from './metric-sums.ts'

/** n values with this mean and deviation, each with a key of its own. */
function values(n: number, mean: number, deviation: number): MetricSums {
  const [sum, squares] = [n * mean, n * (mean * mean + deviation * deviation)]
  return { n, sum, squares, groups: n, sizeSquares: n, sizeTimesSum: sum, sumSquares: squares }
}

type Arm = { n?: number; success?: number; ms?: number; usd?: number; rating?: number }
function arm({ n = 5000, success = 0.95, ms = 2000, usd = 0.01, rating }: Arm = {}): ArmSums {
  return {
    success: values(n, success, Math.sqrt(success * (1 - success))),
    latency: values(n, Math.log(ms), 0.5),
    cost: values(n, Math.log(usd), 0.5),
    feedback: rating === undefined ? noSums : values(400, rating, 1),
  }
}

const judge = (candidate: Arm, changes: Partial<Evidence> & { control?: ArmSums } = {}) =>
  giveVerdict({
    control: arm(candidate.rating === undefined ? {} : { rating: 4 }),
    candidate: arm(candidate),
    sampleRatio: { expected: 0.5, observed: 0.5, pValue: 1, mismatch: false },
    limits: defaultLimits,
    alpha: 0.05,
    phaseOver: false,
    ...changes,
  })

const cases: readonly (readonly [string, Arm, string, RegExp])[] = [
  ['equal', {}, 'EXTEND', /not shown to be better/],
  ['more successful', { success: 0.99 }, 'PROMOTE', /better on success/],
  ['cheaper', { usd: 0.008 }, 'PROMOTE', /better on cost/],
  ['faster', { ms: 1500 }, 'PROMOTE', /better on latency/],
  ['better rated', { rating: 5 }, 'PROMOTE', /better on feedback/],
  ['less successful', { success: 0.9 }, 'ROLLBACK', /worse on success/],
  ['less successful and cheaper', { success: 0.9, usd: 0.001 }, 'ROLLBACK', /worse on success/],
  ['successful and much slower', { success: 0.99, ms: 3000 }, 'ROLLBACK', /worse on latency/],
  ['successful and much dearer', { success: 0.99, usd: 0.02 }, 'ROLLBACK', /worse on cost/],
  ['successful and disliked', { success: 0.99, rating: 2 }, 'ROLLBACK', /worse on feedback/],
  ['dearer within the limit', { success: 0.99, usd: 0.011 }, 'PROMOTE', /better on success/],
  ['cheaper, success unsure', { n: 300, usd: 0.005 }, 'EXTEND', /not yet shown to be no worse/],
  ['seemingly too dear', { success: 0.99, usd: 0.0128 }, 'EXTEND', /seems worse on cost/],
]

for (const [name, candidate, verdict, reason] of cases) {
  test(`${name}: ${verdict}`, () => {
    const found = judge(candidate)
    assert.equal(found.verdict, verdict, found.reasons.join('; '))
    assert.match(found.reasons[0] ?? '', reason)
  })
}

test('when the phase is over, undecided is inconclusive, and decided stays decided', () => {
  assert.equal(judge({}, { phaseOver: true }).verdict, 'INCONCLUSIVE')
  assert.equal(judge({ success: 0.9 }, { phaseOver: true }).verdict, 'ROLLBACK')
})

test('arms of the wrong sizes keep a candidate from promotion, not from rollback', () => {
  const sampleRatio = { expected: 0.5, observed: 0.3, pValue: 1e-9, mismatch: true }
  assert.equal(judge({ success: 0.99 }, { sampleRatio }).verdict, 'EXTEND')
  assert.match(judge({ success: 0.99 }, { sampleRatio }).reasons[0] ?? '', /cannot be trusted/)
  assert.equal(judge({ success: 0.9 }, { sampleRatio }).verdict, 'ROLLBACK')
})

test('four keys claim nothing, whatever they show', () => {
  const found = judge({ n: 4, success: 0 })
  assert.equal(found.verdict, 'EXTEND')
  assert.match(found.reasons.join(), /too few to judge/)
  assert.equal(judge({ n: 5, success: 0 }).verdict, 'ROLLBACK')
})

test('arms without anything have an answer', () => {
  const empty = { success: noSums, latency: noSums, cost: noSums, feedback: noSums }
  const found = judge({}, { control: empty, candidate: empty })
  assert.equal(found.verdict, 'EXTEND')
})
