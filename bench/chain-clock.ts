/** Notes, for tasks in chains, how long each waited after the one before it had ended. */
export type ChainClock = {
  readonly begin: (chain: number) => void
  readonly end: (chain: number) => void
  readonly latencies: () => readonly number[]
}

export function createChainClock(): ChainClock {
  const ends = new Map<number, number>()
  const latencies: number[] = []
  return {
    begin: (chain) => {
      const end = ends.get(chain)
      if (end !== undefined) latencies.push(performance.now() - end)
    },
    end: (chain) => {
      ends.set(chain, performance.now())
    },
    latencies: () => latencies,
  }
}
