/** Counts completions until all that were expected have come. */
export type Tally = {
  readonly add: () => void
  readonly remaining: () => number
  readonly finished: Promise<void>
}

export function createTally(expected: number): Tally {
  let remaining = expected
  const { promise, resolve } = Promise.withResolvers<void>()
  return {
    add: () => {
      remaining -= 1
      if (remaining === 0) resolve()
    },
    remaining: () => remaining,
    finished: promise,
  }
}
