import type { Timing } from '../contract.ts'
import type { Row } from '../report.ts'
import { compareTimings } from './compare-timings.ts'
import type { MeasureRow, RowContext } from './row.ts'

const sleepMs = 2_000

type Width = {
  readonly workers: number
  readonly number: number
  readonly goal: number
  readonly peerRounds: number
}

/** All run at once, so the least that they can take is one sleep. */
function efficiency({ totalMs }: Timing): number {
  return sleepMs / totalMs
}

/** Workers that take two seconds each, all at once: what the engine adds to real work. */
function measureWidth(
  { workers, number, goal, peerRounds }: Width,
  context: RowContext,
): Promise<Row> {
  return compareTimings(
    {
      title: `${number}. ${workers.toLocaleString('en-US')} workers × ${sleepMs / 1_000} s`,
      rounds: context.quick ? { own: 1, peers: 1 } : { own: 3, peers: peerRounds },
      slots: workers,
      peers: context.peers,
      measure: (peer) => peer.tasks({ count: workers, ms: sleepMs }),
      describe: (timing) => ({
        result: `efficiency ${efficiency(timing).toFixed(3)}`,
        detail: `${(timing.totalMs / 1_000).toFixed(3)} s, speed-up ${(workers * efficiency(timing)).toFixed(1)}`,
      }),
      goals: {
        Maniple: ({ timing }) => ({ text: `≥ ${goal}`, met: efficiency(timing) >= goal }),
      },
    },
    context,
  )
}

export const measureSleepers: MeasureRow = async (context) => [
  await measureWidth({ workers: 50, number: 4, goal: 0.99, peerRounds: 3 }, context),
  await measureWidth({ workers: 100, number: 4, goal: 0.99, peerRounds: 3 }, context),
]

export const measureManySleepers: MeasureRow = async (context) => [
  await measureWidth({ workers: 1_000, number: 5, goal: 0.95, peerRounds: 1 }, context),
]
