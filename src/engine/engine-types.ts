import type { JsonObject } from '../shared/index.ts'

export type Lane = { readonly name: string; readonly capacity: number }

/** One of several ways to perform a task, such as a model and its lane. */
export type Way = { readonly choice: string; readonly lanes: readonly string[] }

export type NewTask = {
  /** Unique in its run. */
  readonly key: string
  readonly title: string
  readonly type: string
  readonly agent: string
  readonly priority: 'critical' | 'high' | 'medium' | 'low'
  readonly complexity: 'low' | 'medium' | 'high'
  /** Keys of tasks in the same run. The graph must be acyclic: the caller has checked. */
  readonly dependsOn: readonly string[]
  /** Names of lanes, each given in the run's `lanes` or known already. */
  readonly lanes: readonly string[]
  /**
   * Where there is a choice: lanes besides those above, in the order of preference. The task takes
   * the first way that is open and has room.
   */
  readonly ways?: readonly Way[]
  readonly timeoutMs: number
  readonly maxRetries: number
  /** The performer's business; the engine does not look inside. */
  readonly payload: JsonObject
}

export type NewRun = {
  /** Default: a new one. */
  readonly id?: string
  readonly kind: string
  readonly title: string
  readonly agent: string
  readonly slots: number
  /** How long a task must wait to gain one step of priority. */
  readonly ageingMs: number
  readonly input: JsonObject
  readonly tasks: readonly NewTask[]
  readonly lanes: readonly Lane[]
  /** A last task that draws the results together, begun once all others have ended. */
  readonly closing: { readonly payload: JsonObject; readonly timeoutMs: number } | null
  /** Its results will come from a simulated provider: said from the start. */
  readonly simulated: boolean
  /** Only the worker with the same binding performs the run. */
  readonly binding: string | null
  readonly idempotency: { readonly key: string; readonly requestHash: string } | null
  /** The run that caused this one; null for one that begins a chain. */
  readonly parentRun: string | null
  readonly repository: string | null
  readonly user: string | null
}

/** What never changes about a task. */
export type TaskSpec = Omit<NewTask, 'lanes' | 'ways'> & {
  readonly runId: string
  readonly isClosing: boolean
}

/** What a worker is given to perform: one attempt. */
export type ClaimedTask = TaskSpec & {
  readonly task: number
  /** The fence: a result counts only under the number that is still the task's. */
  readonly attempt: number
  readonly retries: number
  /** The way it was given; null where it has no choice. */
  readonly choice: string | null
}

export type Performed =
  | {
      readonly kind: 'succeeded'
      readonly output: JsonObject
      readonly cost: Readonly<Record<string, number>>
      readonly simulated: boolean
      readonly cached: boolean
    }
  /** The work goes on outside; `resumeParked` ends it, or the deadline fails it. */
  | {
      readonly kind: 'parked'
      readonly reason: 'outside' | 'approval'
      readonly deadlineMs: number
    }
  /** Not now: a lane was found limited and has been shut. Back to ready, and not counted as a try. */
  | { readonly kind: 'postponed' }

/**
 * Does the work of one attempt. Failures are thrown; an `AppError` says whether trying again helps.
 * It must settle soon after the signal is aborted.
 */
export type Perform = (claimed: ClaimedTask, context: PerformContext) => Promise<Performed>

export type PerformContext = {
  readonly signal: AbortSignal
  /** Asks the database whether this attempt still holds its fence. */
  readonly stillOurs: () => Promise<boolean>
  /**
   * Gives up the task's way for the first of `choices` that is open and has room; null when there is
   * none.
   */
  readonly takeWay: (choices: readonly string[]) => Promise<string | null>
  /** Something to be written with the end of this attempt, however it ends. */
  readonly keep: (record: JsonObject) => void
}

/** The end of an attempt, as the group commit writes it. */
export type Completion = {
  readonly task: number
  readonly attempt: number
  readonly kind: 'succeeded' | 'failed' | 'retry' | 'released' | 'cancelled' | 'parked'
  readonly output: string | null
  /** Error code; for a parked task the reason. */
  readonly code: string | null
  readonly message: string | null
  /** Back-off of a retry, or time to a parked task's deadline. */
  readonly delayMs: number
  /** What `PerformContext.keep` gathered. */
  readonly records: readonly JsonObject[]
  readonly durationMs: number
  readonly cost: string | null
  readonly simulated: boolean
  readonly cached: boolean
}
