import { formatRate } from '../report.ts'
import { rate, rateAfterEnqueueing } from '../statistics.ts'
import { compareTimings } from './compare-timings.ts'
import type { MeasureRow } from './row.ts'

const goalPerSecond = 15_000

/** A graph of layers, two dependencies a task, under a lane limit where the engine has lanes. */
export const measureLayers: MeasureRow = async (context) => {
  const load = { layers: 10, width: context.quick ? 100 : 500 }
  const count = load.layers * load.width
  const row = await compareTimings(
    {
      title: `2. durable graph, ${load.layers} layers × ${load.width}, two dependencies each, a lane limit`,
      rounds: context.quick ? { own: 1, peers: 1 } : { own: 3, peers: 1 },
      slots: null,
      peers: context.peers,
      measure: (peer) => peer.graph?.(load) ?? null,
      describe: (timing) => {
        const after = rateAfterEnqueueing(count, timing)
        const enqueueing = `enqueueing ${Math.round(timing.enqueuedMs)} ms`
        return {
          result: formatRate(rate(count, timing)),
          detail: after === null ? '' : `${enqueueing}, then ${formatRate(after)}`,
        }
      },
      goals: {
        Maniple: ({ timing }) => ({
          text: `≥ ${formatRate(goalPerSecond)}`,
          met: rate(count, timing) >= goalPerSecond,
        }),
      },
    },
    context,
  )
  return [row]
}
