import type { Catalogue, LaneStatus } from '../../contracts/index.ts'
import type { LaneState } from '../../engine/index.ts'
import { breakerOf } from '../router.ts'
import type { OrchestrationParts } from './orchestration-parts.ts'

/** What there is to orchestrate with, as it stands. */
export async function readCatalogue(
  parts: Pick<OrchestrationParts, 'fleet' | 'engine' | 'specialists' | 'priceTable'>,
): Promise<Catalogue> {
  const statuses = await laneStatuses(parts)
  const models = [...parts.fleet.values()].flatMap(({ profile }) => {
    const status = statuses.find(({ name }) => name === profile.lane.name)
    return status === undefined ? [] : [{ ...profile, status }]
  })
  return {
    priceTable: parts.priceTable,
    specialists: [...parts.specialists],
    models,
    simulated: models.every(({ simulated }) => simulated),
  }
}

/** The lanes of all models; those that nothing ran in yet are empty. */
export async function laneStatuses({
  fleet,
  engine,
}: Pick<OrchestrationParts, 'fleet' | 'engine'>): Promise<readonly LaneStatus[]> {
  const lanes = [...fleet.values()].map(({ profile }) => profile.lane)
  const states = await engine.lanes.read(lanes.map(({ name }) => name))
  return lanes.map(({ name, concurrency }) =>
    statusOf(
      name,
      concurrency,
      states.find((state) => state.name === name),
    ),
  )
}

function statusOf(name: string, capacity: number, state: LaneState | undefined): LaneStatus {
  const { shut = null, dead = null } = state ?? {}
  const isDead = dead !== null && dead.forMs > 0
  const until = isDead ? dead.until : null
  return {
    name,
    capacity: state?.capacity ?? capacity,
    held: state?.held ?? 0,
    breaker: breakerOf(state),
    shut:
      shut === null
        ? until && { reason: 'breaker', until: until.toISOString() }
        : { reason: shut.reason, until: shut.until.toISOString() },
    ...(isDead ? { dead: { code: dead.code, until: dead.until.toISOString() } } : {}),
  }
}
