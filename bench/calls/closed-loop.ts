import type { OpenCaller } from './contract.ts'

export type Load = {
  /** Calls in flight at any time. */
  readonly connections: number
  readonly calls: number
}

export type LoadFigures = {
  /** Of each call, in ms, until its answer is there. */
  readonly latencies: readonly number[]
  /** A second, until the last record is committed. */
  readonly rate: number
}

/** So many callers, each of which calls again as soon as it has its answer. */
export async function runLoad(
  caller: OpenCaller,
  { connections, calls }: Load,
): Promise<LoadFigures> {
  const latencies: number[] = []
  let left = calls
  const begun = performance.now()
  const callOn = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      const called = performance.now()
      await caller.call()
      latencies.push(performance.now() - called)
    }
  }
  await Promise.all(Array.from({ length: connections }, callOn))
  await caller.settled()
  return { latencies, rate: (calls / (performance.now() - begun)) * 1000 }
}
