import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differenceEvidence } from '../../src/rollout/rate-difference.ts'
import { seededDraws } from './seeded-draws.ts'

const alpha = 0.05

type Counts = { trials: number; successes: number }
type Pair = { readonly control: Counts; readonly candidate: Counts }

const sequenceClaims = (pair: Pair) => differenceEvidence(pair, 0) >= Math.log(1 / alpha)

/** The z test for two rates, made for a single look. */
function ordinaryClaims({ control, candidate }: Pair): boolean {
  const trials = control.trials + candidate.trials
  const pooled = (control.successes + candidate.successes) / trials
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / control.trials + 1 / candidate.trials))
  const gap = candidate.successes / candidate.trials - control.successes / control.trials
  return error > 0 && Math.abs(gap) / error > 1.96
}

/** Whether each test ever claims a difference between equal rates, looking from the 40th on. */
function claimsOf(seed: number): { readonly sequence: boolean; readonly ordinary: boolean } {
  const { uniform } = seededDraws(seed)
  const pair: Pair = {
    control: { trials: 0, successes: 0 },
    candidate: { trials: 0, successes: 0 },
  }
  let [sequence, ordinary] = [false, false]
  for (let seen = 1; seen <= 400; seen += 1) {
    const arm = uniform() < 0.3 ? pair.candidate : pair.control
    arm.trials += 1
    if (uniform() < 0.9) arm.successes += 1
    if (seen < 40) continue
    sequence ||= sequenceClaims(pair)
    ordinary ||= ordinaryClaims(pair)
  }
  return { sequence, ordinary }
}

test('equal rates, looked at after every observation: wrong at most as often as allowed', (t) => {
  const claims = Array.from({ length: 1000 }, (_, trial) => claimsOf(trial + 1))
  const share = (kind: 'sequence' | 'ordinary') =>
    claims.filter((claim) => claim[kind]).length / claims.length
  const [sequence, ordinary] = [share('sequence'), share('ordinary')]
  t.diagnostic(`wrong: the sequence ${sequence}, an ordinary z test at each look ${ordinary}`)
  assert.ok(sequence <= alpha)
  // What the sequence is there for: the same data, judged by a test that is made for one look.
  assert.ok(ordinary > 3 * alpha)
})
