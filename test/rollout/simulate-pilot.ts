import {
  type ArmSums,
  decidePilot,
  defaultLimits,
  defaultPhases,
  giveVerdict,
  isPhaseOver,
  type MetricSums,
  noSums,
  type PilotMove,
  type PilotPlace,
  sampleRatio,
} from '../../src/rollout/index.ts'
import { type Draws, seededDraws } from './seeded-draws.ts'

export type ArmTruth = {
  readonly success: number
  readonly latencyMs: number
  readonly costUsd: number
  readonly rating: number
}

export type Truth = {
  readonly control: ArmTruth
  readonly candidate: ArmTruth
  /** Eligible keys a day. */
  readonly keysADay: number
  /** Workloads with one key; all of them share what makes the key easy or hard. */
  readonly workloadsAKey: number
}

export const usual: ArmTruth = { success: 0.95, latencyMs: 2000, costUsd: 0.01, rating: 3.8 }

type Arm = { -readonly [Name in keyof ArmSums]: MetricSums }
const emptyArm = (): Arm => ({ success: noSums, latency: noSums, cost: noSums, feedback: noSums })

/** Adds values that are groups of their own. */
function addSingles(sums: MetricSums, added: { n: number; sum: number; squares: number }) {
  const { n, sum, squares } = added
  return {
    n: sums.n + n,
    sum: sums.sum + sum,
    squares: sums.squares + squares,
    groups: sums.groups + n,
    sizeSquares: sums.sizeSquares + n,
    sizeTimesSum: sums.sizeTimesSum + sum,
    sumSquares: sums.sumSquares + squares,
  }
}

/** Adds one group of values. */
function addGroup(
  sums: MetricSums,
  { n, sum, squares }: { n: number; sum: number; squares: number },
) {
  return {
    n: sums.n + n,
    sum: sums.sum + sum,
    squares: sums.squares + squares,
    groups: sums.groups + 1,
    sizeSquares: sums.sizeSquares + n * n,
    sizeTimesSum: sums.sizeTimesSum + n * sum,
    sumSquares: sums.sumSquares + sum * sum,
  }
}

/** The sums of n normal values, drawn at once: exact, by the independence of mean and variance. */
function normals(draws: Draws, n: number, [mean, deviation]: readonly [number, number]) {
  if (n === 0) return { n, sum: 0, squares: 0 }
  const sum = n * mean + Math.sqrt(n) * deviation * draws.normal()
  return { n, sum, squares: (sum * sum) / n + deviation ** 2 * draws.chiSquare(n - 1) }
}

function addSingleDay(arm: Arm, keys: number, { truth, draws }: { truth: ArmTruth; draws: Draws }) {
  const won = draws.binomial(keys, truth.success)
  arm.success = addSingles(arm.success, { n: keys, sum: won, squares: won })
  const latency = normals(draws, keys, [Math.log(truth.latencyMs), 0.6])
  arm.latency = addSingles(arm.latency, latency)
  arm.cost = addSingles(arm.cost, normals(draws, keys, [Math.log(truth.costUsd), 0.5]))
  const rated = draws.binomial(keys, 0.05)
  for (let one = 0; one < rated; one += 1) {
    const rating = Math.max(1, Math.min(5, Math.round(truth.rating + draws.normal())))
    arm.feedback = addSingles(arm.feedback, { n: 1, sum: rating, squares: rating * rating })
  }
}

/** Three keys in ten succeed or fail as a whole; slow keys are slow in all their workloads. */
function addKey(arm: Arm, size: number, { truth, draws }: { truth: ArmTruth; draws: Draws }) {
  const together = draws.uniform() < 0.3
  const each = draws.uniform() < truth.success ? size : 0
  const won = together ? each : draws.binomial(size, truth.success)
  arm.success = addGroup(arm.success, { n: size, sum: won, squares: won })
  const mean = Math.log(truth.latencyMs) + 0.5 * draws.normal()
  arm.latency = addGroup(arm.latency, normals(draws, size, [mean, 0.4]))
  const cost = Math.log(truth.costUsd) + 0.4 * draws.normal()
  arm.cost = addGroup(arm.cost, normals(draws, size, [cost, 0.3]))
}

function addDay(
  arm: Arm,
  keys: number,
  from: { readonly truth: Truth; readonly arm: ArmTruth; readonly draws: Draws },
) {
  const { workloadsAKey } = from.truth
  const source = { truth: from.arm, draws: from.draws }
  if (workloadsAKey === 1) addSingleDay(arm, keys, source)
  else for (let key = 0; key < keys; key += 1) addKey(arm, workloadsAKey, source)
}

export type Outcome = { readonly end: 'promoted' | 'rolled_back' | 'stopped'; readonly day: number }

const dayMs = 86_400_000

/** A pilot through all its phases, looked at once a day by the rules of the product. */
export function simulatePilot(truth: Truth, seed: number): Outcome {
  const draws = seededDraws(seed)
  let place: PilotPlace = { state: 'running', phase: 'alpha', phaseStartedAt: 0 }
  let [control, candidate] = [emptyArm(), emptyArm()]
  for (let day = 1; day < 1000; day += 1) {
    const share = defaultPhases.find(({ name }) => name === place.phase)?.participation ?? 0
    const chosen = draws.binomial(truth.keysADay, share)
    addDay(control, truth.keysADay - chosen, { truth, arm: truth.control, draws })
    addDay(candidate, chosen, { truth, arm: truth.candidate, draws })
    const move = lookAt({ place, control, candidate, now: day * dayMs, share })
    if (move.kind === 'promote') return { end: 'promoted', day }
    if (move.kind === 'rollback') return { end: 'rolled_back', day }
    if (move.kind === 'stop') return { end: 'stopped', day }
    if (move.kind === 'advance') {
      place = { state: 'running', phase: move.phase.name, phaseStartedAt: day * dayMs }
      ;[control, candidate] = [emptyArm(), emptyArm()]
    }
  }
  throw new Error('the pilot never ended')
}

type Look = {
  readonly place: PilotPlace
  readonly control: ArmSums
  readonly candidate: ArmSums
  readonly now: number
  readonly share: number
}

function lookAt({ place, control, candidate, now, share }: Look): PilotMove {
  const counts = { control: control.success.groups, candidate: candidate.success.groups }
  const ratio = sampleRatio(counts, share)
  const judgement = giveVerdict({
    ...{ control, candidate, sampleRatio: ratio, limits: defaultLimits },
    alpha: 0.05 / defaultPhases.length,
    phaseOver: isPhaseOver(place, defaultPhases, now),
  })
  return decidePilot({
    ...{ place, phases: defaultPhases, judgement, now },
    candidateKeys: counts.candidate,
    sampleRatioMismatch: ratio.mismatch,
  })
}

export type Rates = {
  readonly promoted: number
  readonly rolledBack: number
  readonly stopped: number
  /** Median day of the end. */
  readonly medianDay: number
}

export function simulateMany(truth: Truth, trials: number): Rates {
  const outcomes = Array.from({ length: trials }, (_, trial) => simulatePilot(truth, trial + 1))
  const share = (end: Outcome['end']) =>
    outcomes.filter((outcome) => outcome.end === end).length / trials
  const days = outcomes.map(({ day }) => day).sort((a, b) => a - b)
  return {
    promoted: share('promoted'),
    rolledBack: share('rolled_back'),
    stopped: share('stopped'),
    medianDay: days[Math.floor(trials / 2)] ?? 0,
  }
}
