import type { GatewayContext } from '../../contracts/index.ts'
import type { GatewayParts } from './gateway-parts.ts'

const firstPauseMs = 25
const longestPauseMs = 500
/** After so long the task goes back to the queue, so that others get its worker's place. */
const longestWaitMs = 10_000

export type Waiting = {
  /** Models that are limited or full, and nothing worse. */
  readonly hopes: readonly string[]
  /** Models that failed for good. */
  readonly failed: readonly string[]
  /** The model whose lane the attempt holds. */
  readonly held: string
}

type WaitParts = Pick<GatewayParts, 'fleet'> & {
  readonly lanes: Pick<GatewayParts['lanes'], 'current'>
  readonly clock: Pick<GatewayParts['clock'], 'sleep'>
}

/**
 * Waits until one of the models that are only limited can be taken: a task must not fail for a dead
 * model while its fallback is busy. It does not go back to the queue for that, since the dead lane
 * has room and would give it out again at once. Null when it took too long.
 */
export async function waitForWay(
  { lanes, fleet, clock }: WaitParts,
  context: GatewayContext,
  { hopes, failed, held }: Waiting,
): Promise<string | null> {
  // Who waits gives the place up: it may be the only one, for the call that tries the lane out.
  if (hopes.includes(held) && (await context.takeWay(failed)) === null) return null
  const shutMs = (name: string): number => {
    const lane = fleet.get(name)?.profile.lane.name
    return lane === undefined ? 0 : (lanes.current(lane)?.shut?.forMs ?? 0)
  }
  let leastMs = firstPauseMs
  for (let waitedMs = 0; waitedMs < longestWaitMs; leastMs *= 2) {
    const soonest = Math.min(...hopes.map(shutMs))
    const pauseMs = Math.min(longestPauseMs, Math.max(leastMs, soonest))
    await clock.sleep(pauseMs, context.signal)
    const taken = await context.takeWay(hopes)
    if (taken !== null) return taken
    waitedMs += pauseMs
  }
  return null
}
