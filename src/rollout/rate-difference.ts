import { logBeta } from './log-beta.ts'

/** Successes among trials; neither needs to be whole. */
export type Rate = { readonly trials: number; readonly successes: number }
export type RatePair = { readonly control: Rate; readonly candidate: Rate }

/** Where the true value may lie. */
export type Interval = { readonly lower: number; readonly upper: number }

/**
 * The prior of a rate, half and half: Beta(9, 1), for success rates are mostly high, and Jeffreys'
 * Beta(½, ½), which is never far off. The prior costs width only, never validity.
 */
const priors = [
  { a: 9, b: 1, log: Math.log(0.5) - logBeta(9, 1) },
  { a: 0.5, b: 0.5, log: Math.log(0.5) - logBeta(0.5, 0.5) },
]

/** ln of the probability of the data, averaged over the prior. */
function logMarginal({ trials, successes }: Rate): number {
  const logs = priors.map(({ a, b, log }) => log + logBeta(a + successes, b + trials - successes))
  const most = Math.max(...logs)
  return most + Math.log(logs.reduce((total, one) => total + Math.exp(one - most), 0))
}

const term = (count: number, chance: number): number => (count === 0 ? 0 : count * Math.log(chance))

/** ln of the greatest probability of the data under any pair of rates that differ by `difference`. */
function logLikelihood({ control, candidate }: RatePair, difference: number): number {
  const lost = control.trials - control.successes
  const failed = candidate.trials - candidate.successes
  let low = Math.max(0, -difference)
  let high = Math.min(1, 1 - difference)
  // The slope falls all the way, so halving finds its zero; 40 leave 1e-12.
  for (let step = 0; step < 40; step += 1) {
    const rate = (low + high) / 2
    const slope =
      control.successes / rate -
      lost / (1 - rate) +
      candidate.successes / (rate + difference) -
      failed / (1 - rate - difference)
    if (slope > 0) low = rate
    else high = rate
  }
  const rate = (low + high) / 2
  return (
    term(control.successes, rate) +
    term(lost, 1 - rate) +
    term(candidate.successes, rate + difference) +
    term(failed, 1 - rate - difference)
  )
}

/**
 * The evidence (ln of an e-value) against: candidate's rate − control's rate = `difference`.
 *
 * The data's probability averaged over a prior of both rates ÷ its probability under the true rates
 * is a martingale that starts at 1, whatever the order in which the arms are observed. So the chance
 * that it ever reaches 1/α is at most α (Ville's inequality): a mixture sequential probability ratio
 * test, which may be looked at after every observation (Robbins 1970; Johari, Koomen, Pekelis and
 * Walsh 2015/2022, "Always valid inference"; Howard, Ramdas, McAuliffe and Sekhon 2021,
 * "Time-uniform, nonparametric, nonasymptotic confidence sequences"). Taking the null pair that fits
 * best can only lower the ratio, so it stays valid without knowing the rates, at every sample size.
 */
export function differenceEvidence(pair: RatePair, difference: number): number {
  return logMarginals(pair) - logLikelihood(pair, difference)
}

const logMarginals = ({ control, candidate }: RatePair): number =>
  logMarginal(control) + logMarginal(candidate)

/** The differences that the evidence has not ruled out at level `alpha`. */
export function differenceInterval(pair: RatePair, alpha: number): Interval {
  const { control, candidate } = pair
  if (control.trials === 0 || candidate.trials === 0) return { lower: -1, upper: 1 }
  const observed = candidate.successes / candidate.trials - control.successes / control.trials
  // Ruled out is what makes the data less likely than this.
  const floor = logMarginals(pair) - Math.log(1 / alpha)
  const edge = (from: number, to: number): number => {
    let [inside, outside] = [from, to]
    for (let step = 0; step < 24; step += 1) {
      const middle = (inside + outside) / 2
      if (logLikelihood(pair, middle) > floor) inside = middle
      else outside = middle
    }
    return outside
  }
  return { lower: edge(observed, -1), upper: edge(observed, 1) }
}
