import type { BenchContext, Peer, RunningPeer } from './contract.ts'

/** How often each is measured: slow peers are worth fewer rounds where no goal hangs on them. */
export type Rounds = { readonly own: number; readonly peers: number }

type Comparison<T> = {
  readonly peers: readonly Peer[]
  readonly context: BenchContext
  readonly rounds: Rounds
  /** Null when the peer has no such thing. */
  readonly measure: (peer: RunningPeer) => Promise<T> | null
  readonly log: (line: string) => void
}

/** Enough to have code compiled, statements prepared and connections open. */
const warmUpTasks = 200

export function isOwn(peer: Peer): boolean {
  return peer.name === 'Maniple'
}

async function runRound<T>(peer: Peer, comparison: Comparison<T>): Promise<T | null> {
  const running = await peer.start(comparison.context)
  try {
    await running.tasks({ count: warmUpTasks, ms: 0 })
    return await comparison.measure(running)
  } finally {
    await running.stop()
  }
}

/**
 * Measures every peer in turn, round by round, so that a slow minute of the machine hits all of
 * them. A peer runs alone, on an empty store of its own. One that fails is reported and left out.
 */
export async function compare<T>(comparison: Comparison<T>): Promise<Map<Peer, T[]>> {
  const results = new Map<Peer, T[]>()
  const left = new Set<Peer>(comparison.peers)
  const roundsOf = (peer: Peer) => comparison.rounds[isOwn(peer) ? 'own' : 'peers']
  for (let round = 0; left.size > 0; round += 1) {
    for (const peer of left) {
      const result = await tryRound(peer, comparison)
      if (result !== null) results.set(peer, [...(results.get(peer) ?? []), result])
      if (result === null || round + 1 >= roundsOf(peer)) left.delete(peer)
    }
  }
  return results
}

async function tryRound<T>(peer: Peer, comparison: Comparison<T>): Promise<T | null> {
  try {
    return await runRound(peer, comparison)
  } catch (error) {
    comparison.log(`${peer.name} failed and is left out: ${String(error)}`)
    return null
  }
}
