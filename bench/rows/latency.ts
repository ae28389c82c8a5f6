import { compare, isOwn } from '../compare.ts'
import { formatRatio, type Line } from '../report.ts'
import { quantile } from '../statistics.ts'
import type { MeasureRow } from './row.ts'

const goal = { p50: 3, p99: 10 }

/** From a task's end to its dependant's start, in chains of no-op tasks that run side by side. */
export const measureLatency: MeasureRow = async (context) => {
  const load = { chains: 10, length: context.quick ? 20 : 100 }
  const title = `3. latency from a task's end to its dependant's start, ${load.chains} chains × ${load.length}`
  context.log(title)
  const results = await compare({
    peers: context.peers,
    context: context.host.context(null),
    rounds: { own: context.quick ? 1 : 3, peers: 1 },
    measure: (peer) => peer.chains?.(load) ?? null,
    log: context.log,
  })
  let own: number | null = null
  const lines: Line[] = []
  for (const [peer, rounds] of results) {
    const latencies = rounds.flat()
    const p50 = quantile(latencies, 0.5)
    const p99 = quantile(latencies, 0.99)
    const isManiple = isOwn(peer)
    if (isManiple) own = p50
    lines.push({
      engine: `${peer.name} ${peer.version}`,
      result: `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
      detail: `${latencies.length.toLocaleString('en-US')} hand-overs`,
      ratio: isManiple || own === null ? '' : formatRatio(p50 / own),
      goal: isManiple
        ? {
            text: `p50 ≤ ${goal.p50} ms, p99 ≤ ${goal.p99} ms`,
            met: p50 <= goal.p50 && p99 <= goal.p99,
          }
        : null,
    })
  }
  return [{ title, lines }]
}
