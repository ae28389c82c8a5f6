import type { RunState } from '../contracts/index.ts'
import { type ErrorCode, errorCatalogue } from '../shared/index.ts'

/** What the process says with its exit code; `docs/cli.md` lists the same. */
export const exitCodes = {
  succeeded: 0,
  /** Some or all tasks failed, or the parts succeeded and the whole is not sound. */
  failed: 1,
  badInput: 2,
  /** The database or the machine is in the way: nothing is wrong with the input. */
  environment: 3,
  internal: 70,
  cancelled: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

// These are faults of a server's set-up to an HTTP client (5xx), and the user's own to a command.
const alsoBadInput: readonly ErrorCode[] = [
  'config_invalid',
  'github_unavailable',
  'runtime_too_old',
]

/** The exit code for an error that ended the command before a run did. */
export function exitCodeOfError(code: ErrorCode): ExitCode {
  const { httpStatus } = errorCatalogue[code]
  if (code === 'cancelled') return exitCodes.cancelled
  if (code === 'internal') return exitCodes.internal
  if (alsoBadInput.includes(code)) return exitCodes.badInput
  if (httpStatus >= 400 && httpStatus < 500 && httpStatus !== 429) return exitCodes.badInput
  return httpStatus === 503 || httpStatus === 507 ? exitCodes.environment : exitCodes.failed
}

/** The exit code for a run; `sound` is false when closing it found the whole not to be in order. */
export function exitCodeOfRun(state: RunState, sound: boolean): ExitCode {
  if (state === 'cancelled') return exitCodes.cancelled
  return state === 'succeeded' && sound ? exitCodes.succeeded : exitCodes.failed
}
