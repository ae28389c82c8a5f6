import { logBeta } from './log-beta.ts'

export type SampleRatio = {
  readonly expected: number
  readonly observed: number | null
  readonly pValue: number | null
  readonly mismatch: boolean
}

/** How many imagined keys the prior is worth: enough to see a shift of a few points. */
const priorWeight = 200
const mismatchBelow = 0.001

/**
 * Whether the arms have the sizes that they should have. If not, something loses the requests of one
 * arm, and no comparison of the arms can be trusted.
 *
 * Counted are sticky keys, not workloads: only keys are assigned independently. The p value stays
 * valid under daily looks: it is 1 ÷ the ratio of the counts' probability averaged over
 * Beta(200 × share, 200 × (1 − share)) to their exact binomial probability at the share. That ratio
 * is a martingale if the share is right, so the chance that this p value is *ever* below 0.001 is at
 * most 0.001 (Lindon and Malek 2022, "Anytime-valid inference for multinomial count data").
 */
export function sampleRatio(
  counts: { readonly control: number; readonly candidate: number },
  expected: number,
): SampleRatio {
  const { control, candidate } = counts
  const total = control + candidate
  if (total === 0) return { expected, observed: null, pValue: null, mismatch: false }
  const observed = candidate / total
  if (expected <= 0 || expected >= 1) {
    const mismatch = observed !== expected
    return { expected, observed, pValue: mismatch ? 0 : 1, mismatch }
  }
  const [a, b] = [priorWeight * expected, priorWeight * (1 - expected)]
  const evidence =
    logBeta(a + candidate, b + control) -
    logBeta(a, b) -
    candidate * Math.log(expected) -
    control * Math.log1p(-expected)
  const pValue = Math.min(1, Math.exp(-evidence))
  return { expected, observed, pValue, mismatch: pValue < mismatchBelow }
}
