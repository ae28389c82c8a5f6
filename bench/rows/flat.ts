import { formatRate } from '../report.ts'
import { rate, rateAfterEnqueueing } from '../statistics.ts'
import { atLeastTimes, compareTimings } from './compare-timings.ts'
import type { MeasureRow } from './row.ts'

const goalPerSecond = 20_000

/** Independent tasks that do nothing: what the bookkeeping of a task costs. */
export const measureFlat: MeasureRow = async (context) => {
  const count = context.quick ? 1_000 : 5_000
  const row = await compareTimings(
    {
      title: `1. durable no-op tasks, ${count.toLocaleString('en-US')} wide`,
      rounds: context.quick ? { own: 1, peers: 1 } : { own: 3, peers: 3 },
      slots: null,
      peers: context.peers,
      measure: (peer) => peer.tasks({ count, ms: 0 }),
      describe: (timing) => {
        const after = rateAfterEnqueueing(count, timing)
        const enqueueing = `enqueueing ${Math.round(timing.enqueuedMs)} ms`
        return {
          result: formatRate(rate(count, timing)),
          detail:
            after === null
              ? 'enqueued and performed at once'
              : `${enqueueing}, then ${formatRate(after)}`,
        }
      },
      goals: {
        Maniple: ({ timing }) => ({
          text: `≥ ${formatRate(goalPerSecond)}`,
          met: rate(count, timing) >= goalPerSecond,
        }),
        Restate: atLeastTimes(15),
        DBOS: atLeastTimes(50),
        BullMQ: atLeastTimes(1),
      },
    },
    context,
  )
  return [row]
}
