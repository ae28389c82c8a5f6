import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import type {
  AuditEntry,
  PilotArm,
  PilotConfiguration,
  PilotMetrics,
  PilotService,
  PilotState,
  PilotStatus,
  PilotVerdict,
} from '../contracts/index.ts'
import {
  countAssignments,
  keepFeedback,
  type PilotRow,
  readHistory,
  readPilot,
  type StageArm,
} from '../records/index.ts'
import {
  assignArm,
  defaultLimits,
  nextPhase,
  type PilotLimits,
  type PilotRequest,
} from '../rollout/index.ts'
import { AppError, type Clock } from '../shared/index.ts'
import { judgePilot, type PilotRules } from './judge-pilot.ts'
import {
  movePilot,
  notPossible,
  type PilotMover,
  type PilotOrder,
  refuseChanged,
} from './move-pilot.ts'
import { endChange, moveChange, startChange, undoChange } from './pilot-actions.ts'
import { pilotStanding } from './pilot-standing.ts'
import { type PilotTick, tickPilot } from './tick-pilot.ts'

/** What is to be said something about. */
export type PilotFacts = {
  readonly about: 'status' | 'metrics'
  readonly name: string
  readonly state: PilotState
  readonly phase: string | null
  readonly candidate: string | null
  readonly participation: number
  readonly verdict: PilotVerdict | null
  readonly eligible: number
  readonly participants: number
}

export type PilotServiceParts = {
  readonly pool: Pool
  readonly clock: Pick<Clock, 'now'>
  readonly configuration: PilotConfiguration
  /** Whether the answers of a model are simulated; null: of whichever routing takes. Default: never. */
  readonly isSimulated?: (model: string | null) => boolean
  readonly limits?: PilotLimits
  /** The chance of a wrong promotion or rollback over the whole pilot. Default 0.05. */
  readonly alpha?: number
  /** Between two looks at the figures. Default: a day. */
  readonly lookIntervalMs?: number
  readonly audit: (entry: AuditEntry) => Promise<void>
  readonly speak: (facts: PilotFacts) => string
}

/** An arm, with what `recordAssignments` wants to know besides. */
export type PilotAssignment = PilotArm & { readonly stage: number; readonly unit: string }

export type PilotController = PilotService & {
  /**
   * The arm of a request; null when it takes no part. Reads the pilot's row each time, so that the
   * kill switch counts from the next submission on, in every process.
   */
  readonly assign: (request: PilotRequest) => Promise<PilotAssignment | null>
  /**
   * Looks at the figures if a look is due, and acts on what they show. May be called as often as one
   * likes, by any number of processes: one of them acts. Null when nothing was due.
   */
  readonly tick: () => Promise<PilotTick | null>
}

const day = 86_400_000

type Desk = {
  readonly mover: PilotMover
  readonly rules: PilotRules
  readonly parts: PilotServiceParts
}

/** Pilots as the edges see them, and the parts that assign requests and look at the figures. */
export function createPilotService(parts: PilotServiceParts): PilotController {
  const { pool, configuration, audit } = parts
  const { name } = configuration
  refuseRepeatedPhases(configuration)
  const now = () => parts.clock.now()
  const mover: PilotMover = { pool, name, now, audit }
  const rules = { configuration, limits: parts.limits ?? defaultLimits, alpha: parts.alpha ?? 0.05 }
  const desk: Desk = { mover, rules, parts }
  const status = () => readStatus(desk)
  const changed = async (change: Promise<void>): Promise<PilotStatus> => {
    await change
    return await status()
  }
  return {
    status,
    metrics: () => readMetrics(desk),
    configuration: () => configuration,
    history: () => readHistory(pool, name),
    start: ({ user: actor }, reason) => {
      const begin = (row: PilotRow) => startChange(row, { configuration, now: now() })
      return changed(movePilot(mover, { actor, reason }, begin))
    },
    advance: ({ user: actor }, reason) => changed(advance(desk, { actor, reason })),
    rollback: ({ user: actor }, reason) =>
      changed(movePilot(mover, { actor }, (row) => endChange(row, 'rollback', reason))),
    stop: ({ user: actor }, reason) =>
      changed(movePilot(mover, { actor }, (row) => endChange(row, 'stop', reason))),
    undo: async ({ user: actor }, reason) => {
      const judged = await readPilot(pool, name)
      return await changed(
        movePilot(mover, { actor, reason }, (row, client) =>
          undoChange(client, row, { judged, now: now() }),
        ),
      )
    },
    feedback: async ({ runId, workload, rating, comment }, { user }) => {
      const task = workload ?? null
      const given = { runId, task, user, rating, comment: comment ?? null }
      const kept = await keepFeedback(pool, given)
      if (kept > 0) return kept
      const what = task === null ? '' : ` with a workload ${JSON.stringify(task)}`
      throw new AppError('not_found', `there is no run ${JSON.stringify(runId)}${what}`)
    },
    assign: (request) => assign(desk, request),
    tick: () => tickPilot({ mover, rules, intervalMs: parts.lookIntervalMs ?? day }),
  }
}

/** The position of a pilot is the name of its phase. */
function refuseRepeatedPhases({ phases }: PilotConfiguration): void {
  const names = phases.map((phase) => phase.name)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated === undefined) return
  throw new AppError(
    'config_invalid',
    `pilot.phases has two phases called ${JSON.stringify(repeated)}: give each a name of its own`,
  )
}

async function assign(
  { mover, rules }: Desk,
  request: PilotRequest,
): Promise<PilotAssignment | null> {
  const { configuration } = rules
  // Nothing to ask the database when no pilot is configured.
  if (configuration.candidate === null) return null
  const row = await readPilot(mover.pool, mover.name)
  const { state, participation } = pilotStanding(row, configuration)
  const { eligibility } = configuration
  const pilot = mover.name
  const found = assignArm(request, { pilot, state, participation, eligibility })
  if (found === null) return null
  const unit = createHash('sha256').update(request.key).digest('hex').slice(0, 32)
  return { pilot, arm: found.arm, stage: row.stage, unit }
}

/** A person widens the pilot; to promote it takes the figures as well. */
async function advance(desk: Desk, order: PilotOrder): Promise<void> {
  const { mover, rules } = desk
  const { configuration } = rules
  const row = await readPilot(mover.pool, mover.name)
  const standing = pilotStanding(row, configuration)
  if (standing.state !== 'running') {
    const why = standing.why === null ? '' : ` (${standing.why})`
    throw notPossible(`the pilot ${row.name} is ${standing.state}${why}: start it first`)
  }
  const now = mover.now()
  const place = { state: row.state, phase: row.phase, phaseStartedAt: row.phaseStartedAt ?? now }
  const phase = nextPhase(place, configuration.phases)
  if (phase !== null) {
    const move = { kind: 'advance', phase, reason: `${order.actor} widened it` } as const
    return await movePilot(mover, order, (locked) => {
      refuseChanged(locked, row)
      return required(moveChange(locked, move, now))
    })
  }
  const { judgement } = await judgePilot(mover.pool, row, { rules, now })
  const [reason = ''] = judgement.reasons
  if (judgement.verdict !== 'PROMOTE') {
    throw notPossible(
      `the pilot ${row.name} is in its last phase and its verdict is ${judgement.verdict} (${reason}): it cannot be promoted`,
    )
  }
  await movePilot(mover, order, (locked) => {
    refuseChanged(locked, row)
    return required(moveChange(locked, { kind: 'promote', reason }, now))
  })
}

function required<T>(value: T | null): T {
  if (value === null) throw new AppError('internal', 'a move of a pilot led to no change')
  return value
}

async function readStatus({ mover, rules, parts }: Desk): Promise<PilotStatus> {
  const { name, pool } = mover
  const row = await readPilot(pool, name)
  const { state, participation, why } = pilotStanding(row, rules.configuration)
  const counts = await countAssignments(pool, { pilot: name, stage: row.stage })
  const { candidate, control } = rules.configuration
  const phase = state === 'running' ? row.phase : null
  const participants = counts.candidate.runs
  const eligible = counts.control.runs + participants
  const { verdict } = row
  const said = { name, state, phase, candidate, participation, verdict, eligible, participants }
  return {
    ...{ name, state, phase, participation, candidate, control, eligible, participants, verdict },
    phaseStartedAt: phaseStart(state, row),
    reasons: why === null ? row.reasons : [why],
    commentary: parts.speak({ about: 'status', ...said }),
    simulated: hasSimulated(parts),
  }
}

function phaseStart(state: PilotState, { phaseStartedAt }: PilotRow): string | null {
  if (state !== 'running' || phaseStartedAt === null) return null
  return new Date(phaseStartedAt).toISOString()
}

/** As they are now; the status has them as of the last look. */
async function readMetrics({ mover, rules, parts }: Desk): Promise<PilotMetrics> {
  const row = await readPilot(mover.pool, mover.name)
  const { state, participation, why } = pilotStanding(row, rules.configuration)
  const found = await judgePilot(mover.pool, row, { rules, now: mover.now() })
  const { control, candidate } = found.figures
  const isJudged = state === 'running'
  const verdict = isJudged ? found.judgement.verdict : row.verdict
  const participants = candidate.requests
  const eligible = control.requests + participants
  const { name } = row
  const said = { name, state, phase: row.phase, participation, verdict, eligible, participants }
  return {
    name,
    control: shown(control),
    candidate: shown(candidate),
    sampleRatio: found.sampleRatio,
    verdict,
    reasons: reasonsOf(isJudged ? found.judgement.reasons : row.reasons, why),
    commentary: parts.speak({
      ...{ about: 'metrics', ...said, candidate: rules.configuration.candidate },
    }),
    simulated: control.simulated + candidate.simulated > 0 || hasSimulated(parts),
  }
}

/** Without a candidate there is no pilot, and so nothing that could be simulated. */
function hasSimulated({ configuration, isSimulated = () => false }: PilotServiceParts): boolean {
  const { candidate, control } = configuration
  return candidate !== null && (isSimulated(candidate) || isSimulated(control))
}

const reasonsOf = (reasons: readonly string[], why: string | null): string[] =>
  why === null ? [...reasons] : [why]

function shown({ simulated: _, ...figures }: StageArm): PilotMetrics['control'] {
  return figures
}
