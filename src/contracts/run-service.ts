import type { Json } from '../shared/index.ts'
import type { Caller } from './caller.ts'
import type { Run, RunEvent, RunReport, RunState } from './run.ts'
import type { RunOptions, RunRequest } from './run-request.ts'
import type { SplitPlan } from './split-plan.ts'
import type { Task } from './task.ts'

export type Page = {
  /** 1 to 1,000. */
  readonly limit: number
  /** The `next` of the page before; opaque. */
  readonly cursor?: string | undefined
}

export type RunSnapshot = {
  readonly seq: number
  readonly run: Run
  readonly tasks: readonly Task[]
}

/**
 * Everything a client may do with runs. The edges (HTTP, CLI, MCP) call this and format. Who asked is
 * for the audit; default: the process itself.
 */
export type RunService = {
  /** Splits without storing anything. Throws `split_*` and `input_*` errors. */
  readonly plan: (input: Json, options?: RunOptions) => SplitPlan
  /** Resolves once the run is committed. `created` is false when the idempotency key was known. */
  readonly submit: (
    request: RunRequest,
    idempotencyKey?: string,
    caller?: Caller,
  ) => Promise<{ readonly run: Run; readonly created: boolean }>
  /** Throws `not_found`; so do all that take an id. */
  readonly get: (id: string) => Promise<Run>
  /** Newest first. */
  readonly list: (
    page: Page & { readonly state?: RunState | undefined },
  ) => Promise<{ readonly runs: readonly Run[]; readonly next: string | null }>
  /** In the plan's order. */
  readonly tasks: (
    id: string,
    page: Page,
  ) => Promise<{ readonly tasks: readonly Task[]; readonly next: string | null }>
  readonly cancel: (id: string, caller?: Caller) => Promise<Run>
  /** Reruns failed, skipped and cancelled tasks. Throws `retry_not_possible` when nothing is left to rerun. */
  readonly retry: (id: string, caller?: Caller) => Promise<Run>
  readonly report: (id: string) => Promise<RunReport>
  /** The run and all its tasks at one moment, with the number of the last event it includes. */
  readonly snapshot: (id: string) => Promise<RunSnapshot>
  /** Every event after `afterSeq`, without gap or repeat; ends when the run has ended. */
  readonly events: (id: string, afterSeq: number, signal: AbortSignal) => AsyncIterable<RunEvent>
}
