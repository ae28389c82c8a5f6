import type { EffectGate } from './effect-gate.ts'
import type { Run } from './run.ts'
import type { RunOptions } from './run-request.ts'

export type IssueStart = {
  readonly repository: string
  readonly issue: number
  /** The login of who asked, for events; null for the operator at the command line. */
  readonly requestedBy: string | null
  readonly agent?: string | undefined
  readonly level?: RunOptions['level']
  readonly concurrency?: number | undefined
}

/** What clients may do with GitHub. */
export type GitHubService = {
  readonly gate: EffectGate
  /** Begins the run of an issue, or gives the one that is open. */
  readonly start: (
    start: IssueStart,
    signal: AbortSignal,
  ) => Promise<{ readonly run: Run; readonly created: boolean }>
}
