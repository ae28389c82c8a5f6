import { AppError, type JsonObject } from '../shared/index.ts'
import { decideRetry } from './decide-retry.ts'
import type { ClaimedTask, Completion, Perform, Performed } from './engine-types.ts'

/** Why an attempt is stopped from here; anything else is the agent's own end. */
type StopReason = 'cancelled' | 'released' | 'fenced'

export type Attempt = {
  readonly claimed: ClaimedTask
  readonly stop: (reason: StopReason) => void
  /** What the performer kept so far. */
  readonly records: readonly JsonObject[]
  /** Null when the attempt is not this worker's any more: then nothing may be written. */
  readonly ended: Promise<Completion | null>
}

type AttemptOptions = {
  readonly perform: Perform
  readonly stillOurs: () => Promise<boolean>
  readonly takeWay: (choices: readonly string[]) => Promise<string | null>
  readonly canKeep: boolean
  readonly random: () => number
  /** How long an agent may take to settle after it was told to stop. */
  readonly graceMs: number
}

/** Begins performing, with the task's time-out, and turns whatever comes of it into a completion. */
export function beginAttempt(claimed: ClaimedTask, options: AttemptOptions): Attempt {
  const controller = new AbortController()
  const begun = performance.now()
  let stopped: StopReason | null = null
  const records: JsonObject[] = []
  let grace: NodeJS.Timeout | undefined
  const abort = (error: AppError, settle: (error: AppError) => void): void => {
    controller.abort(error)
    grace ??= setTimeout(() => settle(error), options.graceMs)
  }
  let stop: Attempt['stop'] = () => undefined
  let timeout: NodeJS.Timeout | undefined
  const performed = new Promise<Performed>((resolve, reject) => {
    stop = (reason) => {
      stopped ??= reason
      abort(new AppError('cancelled', `the attempt was stopped: ${reason}`), reject)
    }
    timeout = setTimeout(
      () => abort(timeoutError(claimed.timeoutMs), reject),
      // A longer delay than 2^31 - 1 ms would fire at once.
      Math.min(claimed.timeoutMs, 2 ** 31 - 1),
    )
    const { signal } = controller
    const { stillOurs, takeWay, canKeep } = options
    const keep = (record: JsonObject): void => {
      if (!canKeep) throw new AppError('internal', 'this engine has no place to keep records')
      records.push(record)
    }
    options.perform(claimed, { signal, stillOurs, takeWay, keep }).then(resolve, reject)
  })
  const ended = performed
    .then((result) => (stopped === 'fenced' ? null : completed(result)))
    // Of a result that JSON cannot hold as well.
    .catch((error: unknown) =>
      failed(error, { claimed, stopped, signal: controller.signal, random: options.random }),
    )
    .then((ending) => {
      clearTimeout(timeout)
      clearTimeout(grace)
      if (ending === null) return null
      const { task, attempt } = claimed
      const durationMs = performance.now() - begun
      return { ...nothing, ...ending, task, attempt, records, durationMs }
    })
  return { claimed, stop: (reason) => stop(reason), records, ended }
}

const nothing = {
  output: null,
  code: null,
  message: null,
  delayMs: 0,
  cost: null,
  simulated: false,
  cached: false,
} as const

type Ending = Partial<Completion> & Pick<Completion, 'kind'>

function completed(result: Performed): Ending {
  if (result.kind === 'parked') {
    return { kind: 'parked', code: result.reason, delayMs: result.deadlineMs }
  }
  if (result.kind === 'postponed') return { kind: 'released' }
  const { simulated, cached } = result
  // A usage that a provider left out may come as NaN: JSON would make it null, and no sum is right.
  const costs = Object.entries(result.cost).filter(([, amount]) => Number.isFinite(amount))
  const cost = costs.length === 0 ? null : JSON.stringify(Object.fromEntries(costs))
  return { kind: 'succeeded', output: JSON.stringify(result.output), cost, simulated, cached }
}

type Failure = {
  readonly claimed: ClaimedTask
  readonly stopped: StopReason | null
  readonly signal: AbortSignal
  readonly random: () => number
}

function failed(error: unknown, failure: Failure): Ending | null {
  const { claimed, stopped, signal, random } = failure
  if (stopped === 'fenced') return null
  if (stopped !== null) return { kind: stopped, message: `stopped: ${stopped}`, code: 'cancelled' }
  // The time-out explains the failure better than whatever the agent said while it was stopped.
  return decideRetry(claimed, signal.aborted ? signal.reason : error, random)
}

function timeoutError(timeoutMs: number): AppError {
  const seconds = Math.round(timeoutMs / 100) / 10
  return new AppError('task_timeout', `the task took longer than its time-out of ${seconds} s`)
}
