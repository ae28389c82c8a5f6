import { accountsFor, type Cap, estimateCost, estimateTokens } from '../budget/index.ts'
import type {
  BreakerState,
  Complexity,
  PilotArm,
  RoutingDecision,
  Specialist,
} from '../contracts/index.ts'
import type { LaneState, Lanes } from '../engine/index.ts'
import type { Ledger } from '../records/index.ts'
import {
  chooseModels,
  chooseSpecialist,
  judgeComplexity,
  type ModelOutcome,
  type ModelState,
  type RoutingSettings,
} from '../routing/index.ts'
import { AppError, type Clock } from '../shared/index.ts'
import type { Fleet, FleetModel } from './gateway/gateway-parts.ts'

export type RouterParts = {
  readonly fleet: Fleet
  readonly lanes: Pick<Lanes, 'read'>
  readonly ledger: Pick<Ledger, 'statement'>
  readonly caps: readonly Cap[]
  readonly maxOutputTokens: number
  readonly specialists: (repository: string | null) => readonly Specialist[]
  readonly outcomes: () => Promise<readonly ModelOutcome[]>
  readonly settings: RoutingSettings
  /** The model on trial, which only its arm gets; null without a pilot. */
  readonly candidate: string | null
  /** The model that the pilot compares it with, where it names one. */
  readonly control: string | null
  readonly random: () => number
  readonly clock: Clock
}

export type RouteSubject = {
  readonly runId: string
  readonly rootId: string
  readonly repository: string | null
  readonly user: string | null
  readonly pilot: PilotArm | null
}

/** What is to be routed. */
export type Work = {
  readonly type: string | undefined
  readonly content: string
  readonly complexity: Complexity | undefined
}

export type RoutedWork = {
  readonly taskType: string
  readonly complexity: Complexity
  readonly specialist: Specialist
  readonly decision: RoutingDecision
}

/** One look at lanes, budgets and outcomes, by which any number of tasks are routed. */
export type Router = { readonly route: (work: Work) => RoutedWork }

/** Reads what routing goes by, once for a whole request. Routing itself is `routing/`, and pure. */
export async function openRouter(parts: RouterParts, subject: RouteSubject): Promise<Router> {
  const { fleet, random, settings } = parts
  const models = modelsFor(parts, subject.pilot)
  const names = models.map(({ profile }) => profile.lane.name)
  const [lanes, outcomes, room] = await Promise.all([
    parts.lanes.read(names),
    settings.adaptive ? parts.outcomes() : [],
    dollarsLeft(parts, subject),
  ])
  if (fleet.size === 0) throw new AppError('config_invalid', 'no model is configured')
  const specialists = parts.specialists(subject.repository)
  return {
    route: (work) => {
      const complexity = work.complexity ?? judgeComplexity(work.content)
      const chosen = chooseSpecialist(
        { ...typeOf(work), content: work.content, complexity },
        specialists,
      )
      const specialist = specialists.find(({ name }) => name === chosen.chosen)
      if (specialist === undefined) throw new AppError('internal', 'routing chose nobody')
      const estimatedTokens = estimateTokens(work.content) + parts.maxOutputTokens
      const taskType = work.type ?? specialist.taskTypes[0] ?? 'general'
      const choice = chooseModels({
        specialist: forArm(specialist, subject.pilot, parts),
        workload: { type: taskType, complexity, estimatedTokens },
        models: models.map((model) => stateOf(parts, model, { lanes, room, work })),
        outcomes,
        settings: subject.pilot === null ? settings : { ...settings, adaptive: false },
        draw: random(),
      })
      const { pilot } = subject
      return {
        taskType,
        complexity,
        specialist,
        decision: { specialist: chosen, models: choice, pilot },
      }
    },
  }
}

const typeOf = ({ type }: Work): { type?: string } => (type === undefined ? {} : { type })

/** The candidate is for its own arm alone, so that the arms can be compared. */
function modelsFor(
  { fleet, candidate }: RouterParts,
  pilot: PilotArm | null,
): readonly FleetModel[] {
  const all = [...fleet.values()]
  if (candidate === null || pilot?.arm === 'candidate') return all
  const others = all.filter(({ profile }) => profile.name !== candidate)
  return others.length > 0 ? others : all
}

/** In a pilot its model comes first, and the others only where it cannot. */
function forArm(specialist: Specialist, pilot: PilotArm | null, parts: RouterParts): Specialist {
  if (pilot === null) return specialist
  const first = pilot.arm === 'candidate' ? parts.candidate : parts.control
  return first === null ? specialist : { ...specialist, models: [first] }
}

type Scene = {
  readonly lanes: readonly LaneState[]
  /** Null: no budget in dollars. */
  readonly room: number | null
  readonly work: Work
}

function stateOf(parts: RouterParts, model: FleetModel, { lanes, room, work }: Scene): ModelState {
  const lane = lanes.find(({ name }) => name === model.profile.lane.name)
  const { price } = model
  const inputTokens = estimateTokens(work.content)
  const cost =
    price === null
      ? Number.POSITIVE_INFINITY
      : estimateCost(price, { inputTokens, maxOutputTokens: parts.maxOutputTokens })
  return {
    profile: model.profile,
    breaker: breakerOf(lane),
    deadCode: lane?.dead != null && lane.dead.forMs > 0 ? lane.dead.code : undefined,
    shut:
      lane === undefined || lane.shut === null
        ? null
        : { reason: lane.shut.reason, until: lane.shut.until.toISOString() },
    held: lane?.held ?? 0,
    budgetAllows: room === null || cost <= room,
  }
}

/** What a lane's row says of its breaker. */
export function breakerOf(lane: LaneState | undefined): BreakerState {
  if (lane === undefined) return 'closed'
  if (lane.dead !== null && lane.dead.forMs > 0) return 'open'
  if (lane.shut?.reason === 'breaker') return 'open'
  return lane.halfOpen || lane.dead !== null ? 'half-open' : 'closed'
}

async function dollarsLeft(parts: RouterParts, subject: RouteSubject): Promise<number | null> {
  const accounts = accountsFor(parts.caps, subject, new Date(parts.clock.now())).filter(
    ({ unit }) => unit === 'usd',
  )
  if (accounts.length === 0) return null
  const stated = await parts.ledger.statement(accounts.map(({ id }) => id))
  const left = accounts.map(({ id, limit }) => {
    const known = stated.find((one) => one.id === id)
    return limit - (known?.spent ?? 0) - (known?.reserved ?? 0)
  })
  return Math.min(...left)
}
