import { compare, isOwn, type Rounds } from '../compare.ts'
import type { Peer, RunningPeer, Timing } from '../contract.ts'
import type { Goal, Line, Row } from '../report.ts'
import { formatRatio } from '../report.ts'
import { medianRound } from '../statistics.ts'
import type { RowContext } from './row.ts'

export type TimingComparison = {
  readonly title: string
  readonly rounds: Rounds
  /** Tasks at once; null for each engine's own choice. */
  readonly slots: number | null
  readonly peers: readonly Peer[]
  readonly measure: (peer: RunningPeer) => Promise<Timing> | null
  readonly describe: (timing: Timing) => { readonly result: string; readonly detail: string }
  /** By engine's name: what is asked of it, or of Maniple against it. */
  readonly goals: Readonly<Record<string, (measured: Measured) => Goal | null>>
}

export type Measured = {
  readonly timing: Timing
  /** Maniple ÷ this engine; null when Maniple was not measured. */
  readonly ratio: number | null
}

/** Runs every engine in turn and sets Maniple's time against each one's. */
export async function compareTimings(
  comparison: TimingComparison,
  { host, log }: RowContext,
): Promise<Row> {
  const { peers, rounds, slots, measure } = comparison
  log(comparison.title)
  const results = await compare({ peers, context: host.context(slots), rounds, measure, log })
  const medians = new Map<Peer, Timing>()
  for (const [peer, timings] of results) medians.set(peer, medianRound(timings))
  const own = peers.find(isOwn)
  const ownTiming = own === undefined ? undefined : medians.get(own)
  const lines = [...medians].map(([peer, timing]): Line => {
    const ratio =
      ownTiming === undefined || peer === own ? null : timing.totalMs / ownTiming.totalMs
    return {
      engine: `${peer.name} ${peer.version}`,
      ...comparison.describe(timing),
      ratio: ratio === null ? '' : formatRatio(ratio),
      goal: comparison.goals[peer.name]?.({ timing, ratio }) ?? null,
    }
  })
  return { title: comparison.title, lines }
}

/** "Maniple is at least so many times as fast as this engine." Says nothing without Maniple. */
export function atLeastTimes(factor: number): (measured: Measured) => Goal | null {
  return ({ ratio }) => (ratio === null ? null : { text: `≥ ${factor} ×`, met: ratio >= factor })
}
