import type { PilotVerdict } from '../contracts/index.ts'
import { type MeanDifference, meanDifference } from './mean-difference.ts'
import { type ArmSums, effectiveCount, type MetricSums } from './metric-sums.ts'
import { differenceInterval, type Interval } from './rate-difference.ts'
import type { SampleRatio } from './sample-ratio.ts'

/** How much worse the candidate may be. */
export type PilotLimits = {
  /** Points of the success rate, 0 to 1, within which it counts as no worse. */
  readonly successMargin: number
  /** Shares: 0.25 lets it be a quarter slower. */
  readonly latency: number
  readonly cost: number
  /** Points of the mean rating. */
  readonly feedback: number
}

export const defaultLimits: PilotLimits = {
  successMargin: 0.03,
  latency: 0.25,
  cost: 0.25,
  feedback: 0.5,
}

export type Evidence = {
  readonly control: ArmSums
  readonly candidate: ArmSums
  readonly sampleRatio: SampleRatio
  readonly limits: PilotLimits
  /** The chance of a wrong claim in this phase, over all its looks and figures. */
  readonly alpha: number
  /** The time of the phase is up. */
  readonly phaseOver: boolean
}

export type Judgement = { readonly verdict: PilotVerdict; readonly reasons: readonly string[] }

/** Below this many sticky keys in an arm nothing is claimed: one bad issue is no bad model. */
const fewestKeys = 5

/** Success is what matters most: it gets two fifths of α, each other figure one fifth. */
const shares = { success: 0.4, other: 0.2 }

type Figure = {
  readonly name: string
  /** Lower and upper bound of "candidate better by", so that above 0 is good for every figure. */
  readonly better: Interval
  /** The loss from which on the candidate is rolled back. */
  readonly limit: number
  /** As observed; for the guardrails of a promotion. */
  readonly observed: number
  readonly text: string
}

/**
 * What the figures show, by confidence sequences that hold at every look at once: with chance
 * 1 − α, all true differences lie within all intervals at all times. So a candidate that is equal
 * is promoted or rolled back with chance α at most, however often it is looked at.
 *
 * Guardrails come first. ROLLBACK: shown to be worse on success, or worse on another figure by more
 * than its limit. PROMOTE: shown to be no worse on success than the margin, shown to be better on one
 * figure at least, and within every limit even as observed. Else EXTEND while there is time, and
 * INCONCLUSIVE after it.
 */
export function giveVerdict(evidence: Evidence): Judgement {
  const { control, candidate, sampleRatio, limits, phaseOver } = evidence
  const undecided = phaseOver ? 'INCONCLUSIVE' : 'EXTEND'
  const keys = Math.min(control.success.groups, candidate.success.groups)
  if (keys < fewestKeys) {
    const reason = `too few to judge: ${control.success.groups} keys with results in the control arm, ${candidate.success.groups} in the candidate’s; ${fewestKeys} each are needed`
    return { verdict: undecided, reasons: [reason] }
  }
  const success = successFigure(evidence)
  const figures = [success, ...otherFigures(evidence)]
  const texts = figures.map((figure) => figure.text)
  const told = (verdict: PilotVerdict, because: readonly string[]): Judgement => ({
    verdict,
    reasons: [...because, ...texts],
  })
  const breached = figures.filter(({ better, limit }) => better.upper < -limit)
  if (breached.length > 0) {
    return told(
      'ROLLBACK',
      breached.map(({ name }) => `worse on ${name}`),
    )
  }
  if (sampleRatio.mismatch) {
    const reason = `the arms have not the sizes they should have (p ${sampleRatio.pValue?.toExponential(1)}): the comparison cannot be trusted`
    return told(undecided, [reason])
  }
  const gains = figures.filter(({ better }) => better.lower > 0)
  const noWorse = success.better.lower > -limits.successMargin
  const beyond = figures.filter(({ limit, observed }) => limit > 0 && observed < -limit)
  if (noWorse && gains.length > 0 && beyond.length === 0) {
    return told(
      'PROMOTE',
      gains.map(({ name }) => `no worse on success, better on ${name}`),
    )
  }
  const open = beyond.map(({ name }) => `seems worse on ${name} than its limit allows`)
  if (!noWorse) open.push('not yet shown to be no worse on success')
  if (gains.length === 0) open.push('not shown to be better on any figure')
  return told(undecided, open)
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
const signed = (value: number, digits = 1): string =>
  `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`

function successFigure({ control, candidate, alpha }: Evidence): Figure {
  const rateOf = (sums: MetricSums) => {
    const trials = effectiveCount(sums)
    return { trials, successes: (trials * sums.sum) / sums.n }
  }
  const pair = { control: rateOf(control.success), candidate: rateOf(candidate.success) }
  const better = differenceInterval(pair, alpha * shares.success)
  const rates = [candidate, control].map(({ success }) => success.sum / success.n)
  const [ours = 0, theirs = 0] = rates
  const span = `${signed(better.lower * 100)} to ${signed(better.upper * 100)} points`
  const text = `success: candidate ${percent(ours)}, control ${percent(theirs)}; difference ${span}`
  return { name: 'success', better, limit: 0, observed: ours - theirs, text }
}

function otherFigures({ control, candidate, limits, alpha }: Evidence): readonly Figure[] {
  const level = alpha * shares.other
  const logOptions = { alpha: level, typical: 0.2, atLeast: 50 }
  const latency = meanDifference(control.latency, candidate.latency, logOptions)
  const cost = meanDifference(control.cost, candidate.cost, logOptions)
  // Ratings from 1 to 5 have a variance of 4 at most; few are given, so it is not measured.
  const ratingOptions = { alpha: level, typical: 1, atLeast: 5, variance: 4 }
  const rating = meanDifference(control.feedback, candidate.feedback, ratingOptions)
  return [
    ...(latency === null ? [] : [lossFigure('latency', latency, limits.latency)]),
    ...(cost === null ? [] : [lossFigure('cost', cost, limits.cost)]),
    ...(rating === null ? [] : [ratingFigure(rating, limits.feedback)]),
  ]
}

/** A figure of which less is better, given as the logarithm of the ratio. */
function lossFigure(name: string, found: MeanDifference, limit: number): Figure {
  const ratio = (log: number) => `${signed(Math.expm1(log) * 100)} %`
  return {
    name,
    better: { lower: -found.upper, upper: -found.lower },
    limit: Math.log1p(limit),
    observed: -found.observed,
    text: `${name}: ${ratio(found.observed)} (${ratio(found.lower)} to ${ratio(found.upper)})`,
  }
}

function ratingFigure(found: MeanDifference, limit: number): Figure {
  const { lower, upper, observed } = found
  const text = `feedback: ${signed(observed, 2)} (${signed(lower, 2)} to ${signed(upper, 2)})`
  return { name: 'feedback', better: { lower, upper }, limit, observed, text }
}
