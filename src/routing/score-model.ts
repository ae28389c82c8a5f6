import type { Complexity, Specialist } from '../contracts/index.ts'
import type { ModelOutcome, ModelState } from './model-state.ts'
import { estimateSuccess } from './success-estimate.ts'

export type ModelWorkload = {
  readonly type: string
  readonly complexity: Complexity
  /** Input and expected output together. */
  readonly estimatedTokens: number
}

export type ScoredModel = {
  readonly state: ModelState
  readonly score: number
  readonly reasons: readonly string[]
  /** Why it cannot take the task now; null when it can. */
  readonly excluded: { readonly rank: number; readonly reason: string } | null
}

/** The most that each part gives. Success weighs most; load only settles what else is equal. */
const most = { success: 3, preference: 1, price: 0.5, latency: 0.5, load: 0.2 }
/** Share of the tokens that is output. Models are compared, so that it is fixed matters more than its size. */
const outputShare = 0.25

type Scene = {
  readonly specialist: Specialist
  readonly workload: ModelWorkload
  readonly outcomes: readonly ModelOutcome[]
  readonly cheapestUsd: number | null
  readonly adaptive: boolean
}

/** US dollars of one call, or null where nobody knows the price. */
export function costOf({ profile }: ModelState, tokens: number): number | null {
  if (profile.price === null) return null
  const { inputUsdPerMillion, outputUsdPerMillion } = profile.price
  const mean = inputUsdPerMillion * (1 - outputShare) + outputUsdPerMillion * outputShare
  return (mean * tokens) / 1_000_000
}

export function scoreModel(state: ModelState, scene: Scene): ScoredModel {
  const parts = [
    preferencePart(state, scene.specialist),
    pricePart(state, scene),
    ...(scene.adaptive ? learnedParts(state, scene) : []),
    loadPart(state),
  ]
  return {
    state,
    score: parts.reduce((sum, { points }) => sum + points, 0),
    reasons: parts.map(({ points, reason }) => `${reason} (${points.toFixed(2)})`),
    excluded: exclusionOf(state, scene.workload),
  }
}

type Part = { readonly points: number; readonly reason: string }

function preferencePart({ profile }: ModelState, { models, name }: Specialist): Part {
  const place = models.indexOf(profile.name)
  if (models.length === 0) return { points: 0, reason: `${name} prefers no model` }
  if (place < 0) return { points: 0, reason: `not among the models of ${name}` }
  const points = most.preference * (1 - place / (models.length + 1))
  return { points, reason: `preference ${place + 1} of ${models.length} of ${name}` }
}

function pricePart(state: ModelState, { workload, cheapestUsd }: Scene): Part {
  const cost = costOf(state, workload.estimatedTokens)
  if (cost === null) return { points: 0, reason: 'price unknown' }
  const share = cost <= 0 || cheapestUsd === null ? 1 : cheapestUsd / cost
  return { points: most.price * Math.min(1, share), reason: `about $${cost.toFixed(6)} a call` }
}

function learnedParts({ profile }: ModelState, scene: Scene): readonly Part[] {
  const { workload, specialist } = scene
  const seen = estimateSuccess(scene.outcomes, {
    model: profile.name,
    taskType: workload.type,
    complexity: workload.complexity,
  })
  const calls = `${seen.successes.toFixed(1)} of ${seen.calls.toFixed(1)} like calls succeeded`
  const success = {
    points: most.success * seen.bound,
    reason: `${calls}, at least ${seen.bound.toFixed(3)} to be expected`,
  }
  if (seen.meanLatencyMs === null) {
    // Nobody knows how slow a model is that was called and never answered: slower than all others.
    const latency =
      seen.calls > 0
        ? { points: 0, reason: 'no answer yet' }
        : { points: most.latency / 2, reason: 'latency not measured' }
    return [success, latency]
  }
  const wanted = specialist.expectedLatencyMs
  const points = most.latency * Math.min(1, wanted / Math.max(1, seen.meanLatencyMs))
  const reason = `${Math.round(seen.meanLatencyMs)} ms measured, ${wanted} ms expected`
  return [success, { points, reason }]
}

function loadPart({ held, profile }: ModelState): Part {
  const capacity = profile.lane.concurrency
  const free = Math.max(0, 1 - held / capacity)
  return { points: most.load * free, reason: `${held} of ${capacity} places taken` }
}

/** The higher the rank, the less a wait will help. */
function exclusionOf(
  { profile, breaker, deadCode, shut, budgetAllows }: ModelState,
  { estimatedTokens }: ModelWorkload,
): ScoredModel['excluded'] {
  if (profile.contextTokens !== null && estimatedTokens > profile.contextTokens) {
    const reason = `the content, about ${estimatedTokens} tokens, is longer than its context of ${profile.contextTokens}`
    return { rank: 4, reason }
  }
  if (!budgetAllows) {
    const unknown = profile.price === null ? ': its price is unknown' : ''
    return { rank: 3, reason: `the budget refuses it${unknown}` }
  }
  if (deadCode !== undefined) {
    return { rank: 2, reason: `its provider refused for good (${deadCode})` }
  }
  if (breaker === 'open') {
    return { rank: 2, reason: `its breaker is open${shut === null ? '' : ` until ${shut.until}`}` }
  }
  if (shut === null) return null
  return { rank: 1, reason: `its lane is shut until ${shut.until}: ${shut.reason}` }
}
