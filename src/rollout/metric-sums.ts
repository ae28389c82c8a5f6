/**
 * What is kept of one figure in one arm. Workloads that share a sticky key share their arm, and are
 * likely to fare alike: the sums over these groups tell how much.
 */
export type MetricSums = {
  readonly n: number
  readonly sum: number
  readonly squares: number
  /** How many groups the n values come in. */
  readonly groups: number
  /** Over the groups, with m values that sum to s: Σ m², Σ m·s, Σ s². */
  readonly sizeSquares: number
  readonly sizeTimesSum: number
  readonly sumSquares: number
}

/** What one arm of a pilot has shown: the figures that the verdict goes by. */
export type ArmSums = {
  /** 1 for a workload that succeeded, 0 for one that failed. */
  readonly success: MetricSums
  /** Natural logarithm of the milliseconds, so that differences are ratios. */
  readonly latency: MetricSums
  /** Natural logarithm of the US dollars. */
  readonly cost: MetricSums
  /** Ratings, 1 to 5. */
  readonly feedback: MetricSums
}

export const noSums: MetricSums = {
  ...{ n: 0, sum: 0, squares: 0, groups: 0 },
  ...{ sizeSquares: 0, sizeTimesSum: 0, sumSquares: 0 },
}

export function meanOf(sums: MetricSums): number | null {
  return sums.n === 0 ? null : sums.sum / sums.n
}

/** The variance of one value. */
export function varianceOf({ n, sum, squares }: MetricSums): number {
  return n < 2 ? 0 : Math.max(0, (squares - (sum * sum) / n) / (n - 1))
}

/**
 * How many independent values the sums are worth: n ÷ the design effect, which is the variance
 * between groups ÷ the variance if all values were independent (Kish 1965), never below 1. Values
 * that are all the same cannot tell how alike a group is: then the group counts as one value.
 */
export function effectiveCount(sums: MetricSums): number {
  const { n, sum, squares, groups, sizeSquares } = sums
  if (n === 0 || groups === n) return n
  const mean = sum / n
  const spread = squares - n * mean * mean
  const whole = (n * n) / sizeSquares
  if (groups < 2 || spread <= 1e-9 * Math.max(1, squares)) return whole
  const between = sums.sumSquares - 2 * mean * sums.sizeTimesSum + mean * mean * sizeSquares
  const effect = ((between / spread) * groups) / (groups - 1)
  return n / Math.max(1, effect)
}
