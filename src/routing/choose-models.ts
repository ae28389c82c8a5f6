import type { RoutingDecision, Specialist } from '../contracts/index.ts'
import { AppError } from '../shared/index.ts'
import type { ModelOutcome, ModelState } from './model-state.ts'
import { costOf, type ModelWorkload, type ScoredModel, scoreModel } from './score-model.ts'

type ModelChoice = RoutingDecision['models']

export type RoutingSettings = {
  /** False: outcomes are not looked at and nothing is explored. */
  readonly adaptive: boolean
  /** Share of the choices made to learn, 0 to 1, spread evenly over the models that can take the task. */
  readonly explorationFloor: number
}

type ModelQuestion = {
  readonly specialist: Specialist
  readonly workload: ModelWorkload
  readonly models: readonly ModelState[]
  readonly outcomes: readonly ModelOutcome[]
  readonly settings: RoutingSettings
  /** Random, from 0 up to 1; stored in the decision, so that it can be replayed. */
  readonly draw: number
}

/**
 * The models for a task, first choice first, with the reasons. Those that cannot take it now come
 * last, least bad first, so that a task always has one to wait for. Same question, same answer.
 * Throws `config_invalid` without any model.
 */
export function chooseModels(question: ModelQuestion): ModelChoice {
  const { settings, draw } = question
  const ordered = byRank(question)
  const able = ordered.filter(({ excluded }) => excluded === null)
  const explored = settings.adaptive
    ? exploredBy(draw, choosable(question.specialist, able), settings.explorationFloor)
    : null
  const first = explored ?? ordered[0]
  if (first === undefined) throw new AppError('config_invalid', 'no model is configured')
  const order = [first, ...ordered.filter((one) => one !== first)]
  return {
    order: order.map(({ state }) => state.profile.name),
    candidates: order.map((one) => ({
      name: one.state.profile.name,
      score: rounded(one.score),
      reasons: reasonsOf(one, { first, explored }),
      lost: one === first ? null : lostTo(one, first, explored !== null),
    })),
    explored: explored !== null,
    draw: settings.adaptive ? draw : null,
  }
}

function byRank({
  specialist,
  workload,
  models,
  outcomes,
  settings,
}: ModelQuestion): readonly ScoredModel[] {
  const costs = models
    .map((state) => costOf(state, workload.estimatedTokens))
    .filter((cost) => cost !== null)
  const scene = {
    specialist,
    workload,
    outcomes,
    cheapestUsd: costs.length > 0 ? Math.min(...costs) : null,
    adaptive: settings.adaptive,
  }
  // Names settle what is left, by code point: the order models came in must not decide.
  return models
    .map((state) => scoreModel(state, scene))
    .toSorted(
      (one, other) =>
        (one.excluded?.rank ?? 0) - (other.excluded?.rank ?? 0) ||
        listed(specialist, one) - listed(specialist, other) ||
        rounded(other.score) - rounded(one.score) ||
        one.state.held - other.state.held ||
        (one.state.profile.name < other.state.profile.name ? -1 : 1),
    )
}

/** A specialist with models of its own takes others only when none of its own can. */
function listed({ models }: Specialist, { state }: ScoredModel): number {
  return models.length === 0 || models.includes(state.profile.name) ? 0 : 1
}

/** Among its own models only, as long as one of them can. */
function choosable(specialist: Specialist, able: readonly ScoredModel[]): readonly ScoredModel[] {
  const [best] = able
  return best === undefined
    ? []
    : able.filter((one) => listed(specialist, one) === listed(specialist, best))
}

/**
 * The draws below the floor are shared out evenly among the models, the best one included. The best one drawn is no
 * exploration.
 */
function exploredBy(draw: number, able: readonly ScoredModel[], floor: number): ScoredModel | null {
  if (able.length < 2 || !(draw >= 0 && draw < floor)) return null
  const byName = able.toSorted((one, other) =>
    one.state.profile.name < other.state.profile.name ? -1 : 1,
  )
  const drawn = byName[Math.min(byName.length - 1, Math.floor((draw / floor) * byName.length))]
  return drawn === undefined || drawn === able[0] ? null : drawn
}

function reasonsOf(
  one: ScoredModel,
  { first, explored }: { first: ScoredModel; explored: ScoredModel | null },
): string[] {
  const why = [
    ...(one === explored ? ['chosen to learn how it does, not for its score'] : []),
    ...(one === first && one.excluded !== null
      ? [`no model can take the task now; the least bad: ${one.excluded.reason}`]
      : []),
  ]
  return [...why, ...one.reasons]
}

function lostTo(one: ScoredModel, first: ScoredModel, explored: boolean): string {
  const winner = first.state.profile.name
  if (one.excluded !== null) return one.excluded.reason
  if (explored) return `${winner} was tried to learn how it does`
  if (rounded(one.score) >= rounded(first.score))
    return `as good as ${winner}, which comes first by list, load or name`
  return `scores ${one.score.toFixed(3)}, ${winner} ${first.score.toFixed(3)}`
}

const rounded = (value: number): number => Math.round(value * 1_000_000) / 1_000_000
