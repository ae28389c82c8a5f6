import type { RunState, TaskState, Wait } from '../../contracts/index.ts'
import type { IssueRef } from './plain-text.ts'

export type DashboardRow = {
  readonly task: string
  readonly title: string
  readonly state: TaskState
  readonly agent: string
  readonly issue: IssueRef | null
  readonly pull: (IssueRef & { readonly state: 'draft' | 'open' | 'merged' | 'closed' }) | null
  /** Why it is not running. */
  readonly wait: Wait | null
  readonly error: { readonly code: string; readonly message: string } | null
}

/** What the run came to, once it has ended. */
export type DashboardAggregate = {
  readonly merged: number
  readonly wallTimeMs: number
  /** Of all attempts, the failed ones too, by unit. */
  readonly cost: Readonly<Record<string, number>>
  /** The check of all branches together; null: there was none. */
  readonly combined: {
    readonly passed: boolean
    /** Names of what broke it; a pair stands together. */
    readonly offenders: readonly (readonly string[])[]
  } | null
}

/** Everything that the comment on a parent says. Times are ISO 8601. */
export type DashboardView = {
  /** Where the comment stands. */
  readonly repository: string
  readonly run: string
  readonly title: string
  readonly state: RunState
  /** Null: nothing about it is simulated. */
  readonly simulated: { readonly timeScale: number } | null
  /** When it is expected to be done; shown to the minute. */
  readonly endsAt: string | null
  /** The first lines of a width plan: slots and what binds. */
  readonly plan: readonly string[]
  readonly rows: readonly DashboardRow[]
  readonly aggregate: DashboardAggregate | null
}
