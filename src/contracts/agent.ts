import type { JsonObject } from '../shared/index.ts'
import type { CallSubject, GatewayContext } from './model-gateway.ts'

/** The task as an agent sees it. All of it is untrusted text but the ids. */
export type AgentTask = {
  readonly runId: string
  readonly runTitle: string
  readonly taskId: string
  readonly title: string
  readonly type: string
  /** 1 for the first try. */
  readonly attempt: number
  readonly instructions: string
  /** What its dependencies gave, in the order of their ids. */
  readonly dependencies: readonly { readonly taskId: string; readonly output: JsonObject }[]
  /** Null for a task that no model performs. */
  readonly routing: TaskRouting | null
}

/** Where routing sent a task. */
export type TaskRouting = {
  readonly subject: CallSubject
  /** Names of models, the first choice first. */
  readonly order: readonly string[]
  /** Failed tries before this one. */
  readonly retries: number
  /** The answer is asked for as an object with the model's own confidence. */
  readonly isStructured: boolean
}

export type AgentContext = {
  /** Aborted on timeout, cancel, shutdown or a lost lease; the reason is an `AppError`. */
  readonly signal: AbortSignal
  /**
   * True while this attempt still holds its fence; asked just before a result is published.
   * Resolves false, or rejects, when it does not: then nothing may be published.
   */
  readonly stillOurs: () => Promise<boolean>
  readonly gateway: Omit<GatewayContext, 'signal'>
}

export type AgentResult = {
  /** Stored as the task's output; at most a few hundred kB. */
  readonly output: JsonObject
  /** By unit: `input_tokens`, `output_tokens`, `usd`… */
  readonly cost: Readonly<Record<string, number>>
  readonly simulated: boolean
}

/** The work goes on outside, without this process: somebody resumes the task when it has ended. */
export type AgentParked = {
  readonly parked: 'outside' | 'approval'
  /** After so long the task fails. */
  readonly deadlineMs: number
}

/** All tasks of a run have ended: what an agent is told to draw them together. */
export type ClosingTask = {
  readonly runId: string
  readonly runTitle: string
  readonly attempt: number
  readonly tasks: readonly {
    readonly taskId: string
    readonly title: string
    readonly state: 'succeeded' | 'failed' | 'skipped' | 'cancelled'
    readonly dependsOn: readonly string[]
    readonly output: JsonObject | null
  }[]
}

export type ClosingResult = {
  /** False when the whole is not sound although its parts succeeded: a conflict, a failed check. */
  readonly ok: boolean
  readonly report: JsonObject
}

/** An agent that never says "not now", nor hands its work on. */
export type PromptAgent = Omit<Agent, 'perform'> & {
  readonly perform: (task: AgentTask, context: AgentContext) => Promise<AgentResult>
}

/**
 * Where a specialist runs. Failures are thrown as `AppError`s, whose `isRetryable` and
 * `retryAfterMs` the engine obeys.
 */
export type Agent = {
  readonly name: string
  /** Slots of a run when the caller names none. */
  readonly defaultSlots: number
  /** Lanes that each of its tasks takes a place in. */
  readonly lanes: readonly { readonly name: string; readonly capacity: number }[]
  /** Null: not now, see `ModelGateway`. */
  readonly perform: (
    task: AgentTask,
    context: AgentContext,
  ) => Promise<AgentResult | AgentParked | null>
  /** Draws the results of a run together, once, after every task has ended. */
  readonly close?: (closing: ClosingTask, context: AgentContext) => Promise<ClosingResult>
  /**
   * What besides the task decides its result (model, command, base commit), for the result cache;
   * null when nothing of this agent may be reused.
   */
  readonly fingerprint: (task: AgentTask) => Promise<string | null>
  /** Takes over a cached output for a new task; null when it cannot be used any more. */
  readonly reuse: (
    task: AgentTask,
    output: JsonObject,
    context: AgentContext,
  ) => Promise<JsonObject | null>
  /**
   * Ends at once what this agent has running outside this process, which is about to exit: nothing
   * is tidied up. Synchronous and best effort. Left out where nothing would outlive it.
   */
  readonly abandon?: () => void
}
