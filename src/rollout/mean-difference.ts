import { effectiveCount, type MetricSums, meanOf, varianceOf } from './metric-sums.ts'
import type { Interval } from './rate-difference.ts'

export type MeanOptions = {
  readonly alpha: number
  /** The size of difference that is looked for: there the sequence is at its narrowest. */
  readonly typical: number
  /** Below this many independent values an arm says nothing, for its variance is not yet known. */
  readonly atLeast: number
  /** The variance of one value where a bound is known; else it is measured. */
  readonly variance?: number
}

/** candidate − control: as observed, and where the true value may lie. */
export type MeanDifference = Interval & { readonly observed: number }

/**
 * A confidence sequence for the difference of two means: the normal mixture of Robbins (1970), as in
 * the mSPRT of Johari et al. (2022) and in equation 14 of Howard et al. (2021).
 *
 * With V the variance of the observed difference and τ the typical one, the likelihood ratio averaged
 * over N(0, τ²) reaches 1/α at √(2V(V+τ²)/τ² · (ln 1/α + ½ ln((V+τ²)/V))). In the time 1/V the
 * observed difference moves as Brownian motion does, so this holds over all looks at once: exactly
 * for normal values of known variance, else in the limit (Waudby-Smith et al. 2024, "Time-uniform
 * central limit theory"), which is why `atLeast` is there.
 */
export function meanDifference(
  control: MetricSums,
  candidate: MetricSums,
  options: MeanOptions,
): MeanDifference | null {
  const { alpha, typical, atLeast } = options
  const counts = [effectiveCount(control), effectiveCount(candidate)] as const
  const [from, to] = [meanOf(control), meanOf(candidate)]
  if (from === null || to === null || Math.min(...counts) < atLeast) return null
  const variances = [control, candidate].map((sums) => options.variance ?? varianceOf(sums))
  const sampling = (variances[0] ?? 0) / counts[0] + (variances[1] ?? 0) / counts[1]
  // Values that are all the same would make the sequence infinitely sure of itself.
  const v = Math.max(sampling, 1e-8)
  const prior = typical * typical
  const radius = Math.sqrt(
    ((2 * v * (v + prior)) / prior) * (Math.log(1 / alpha) + 0.5 * Math.log((v + prior) / v)),
  )
  const observed = to - from
  return { observed, lower: observed - radius, upper: observed + radius }
}
