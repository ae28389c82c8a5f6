import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { sampleRatio } from '../../src/rollout/index.ts'
import { seededDraws } from './seeded-draws.ts'
import { type Rates, simulateMany, type Truth, usual } from './simulate-pilot.ts'

const trials = 1000
const truth = (candidate: Partial<typeof usual>, control: Partial<typeof usual> = {}): Truth => ({
  control: { ...usual, ...control },
  candidate: { ...usual, ...control, ...candidate },
  keysADay: 400,
  workloadsAKey: 1,
})

function told(t: TestContext, rates: Rates): Rates {
  const { promoted, rolledBack, stopped, medianDay } = rates
  const text = [
    ['promoted', promoted],
    ['rolled back', rolledBack],
    ['stopped without a result', stopped],
  ].map(([name, share]) => `${name} ${(Number(share) * 100).toFixed(1)} %`)
  t.diagnostic(`${trials} pilots: ${text.join(', ')}; half of them over by day ${medianDay}`)
  return rates
}

test('a worse candidate (0.80 against 0.95) is rolled back', (t) => {
  const rates = told(t, simulateMany(truth({ success: 0.8 }), trials))
  assert.ok(rates.rolledBack >= 0.95)
  assert.ok(rates.promoted <= 0.01)
})

test('a candidate that is worse but half as dear is not promoted', (t) => {
  const rates = told(t, simulateMany(truth({ success: 0.9, costUsd: 0.005 }), trials))
  assert.ok(rates.promoted <= 0.01)
  assert.ok(rates.rolledBack >= 0.95)
})

test('a better candidate (0.95 against 0.90) is promoted', (t) => {
  const rates = told(t, simulateMany(truth({ success: 0.95 }, { success: 0.9 }), trials))
  assert.ok(rates.promoted >= 0.9)
})

test('a candidate that is as good and 30 % cheaper is promoted', (t) => {
  const rates = told(t, simulateMany(truth({ costUsd: 0.007 }), trials))
  assert.ok(rates.promoted >= 0.9)
})

test('an equal candidate is neither promoted nor rolled back', (t) => {
  const rates = told(t, simulateMany(truth({}), trials))
  assert.ok(rates.stopped >= 0.95)
})

test('an equal candidate is left alone too where the workloads of an issue fare alike', (t) => {
  const alike = { ...truth({}), keysADay: 40, workloadsAKey: 10 }
  const rates = told(t, simulateMany(alike, trials))
  assert.ok(rates.stopped >= 0.95)
})

test('a guardrail outranks success: better, but 60 % slower, is rolled back', (t) => {
  const slow = truth({ success: 0.95, latencyMs: 3200 }, { success: 0.9 })
  const rates = told(t, simulateMany(slow, trials))
  assert.ok(rates.rolledBack >= 0.95)
})

test('the sample ratio raises no false alarm in a month of looks, and sees lost requests', (t) => {
  const alarms = (lost: number) => {
    let found = 0
    for (let trial = 1; trial <= trials; trial += 1) {
      const draws = seededDraws(trial)
      const counts = { control: 0, candidate: 0 }
      for (let day = 0; day < 30; day += 1) {
        const chosen = draws.binomial(400, 0.15)
        counts.control += 400 - chosen
        counts.candidate += chosen - draws.binomial(chosen, lost)
        if (!sampleRatio(counts, 0.15).mismatch) continue
        found += 1
        break
      }
    }
    return found / trials
  }
  const [right, wrong] = [alarms(0), alarms(0.2)]
  t.diagnostic(`alarms: ${right * 100} % when right, ${wrong * 100} % when a fifth is lost`)
  assert.ok(right <= 0.005)
  assert.ok(wrong >= 0.95)
})
