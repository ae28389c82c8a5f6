import { inputError, thousands } from './input-error.ts'

const leastBound = 100_000
/** Plans made by hand have one to three dependencies a task. */
const boundPerTask = 20

/** How many dependencies a run of so many tasks may have: each is a row to store, and to look at. */
export function mostEdges(tasks: number): number {
  return Math.max(leastBound, boundPerTask * tasks)
}

export function tooManyEdges(tasks: number): Error {
  return inputError(
    'input_too_large',
    `The dependencies come to more than ${thousands(mostEdges(tasks))} pairs of tasks, the limit for ${thousands(tasks)} tasks. Put one task between those that depend on many and those they depend on.`,
  )
}
