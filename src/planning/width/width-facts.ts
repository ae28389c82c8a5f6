/** What GitHub lets one user or App create in a span of time, and what is left of it now. */
export type CreationWindow = {
  readonly limit: number
  readonly left: number
  /** When the whole of it is there again. */
  readonly resetsInMs: number
}

/** Room for this run in a lane that its tasks may use, places that it already holds included. */
export type LaneRoom = {
  readonly name: string
  /** Null: no limit. */
  readonly places: number | null
  readonly requestsPerMinute: number | null
  readonly tokensPerMinute: number | null
}

export type BudgetRoom = {
  readonly unit: string
  readonly left: number
  readonly perTask: number
}

/**
 * What may keep a run from going faster, as it stands now. Null: no such limit. What others hold is
 * taken off already, what this run holds is not.
 */
export type WidthLimits = {
  readonly slots: number | null
  readonly creationsPerMinute: CreationWindow | null
  readonly creationsPerHour: CreationWindow | null
  /** GitHub asks for a second between writes, made one after the other. */
  readonly writeSpacingMs: number
  readonly runners: number | null
  readonly actionsMinutesLeft: number | null
  /** Tasks may use any of them; none listed: no limit. */
  readonly lanes: readonly LaneRoom[]
  readonly copilotSessions: number | null
  readonly budgets: readonly BudgetRoom[]
  readonly reviewsPerHour: number | null
  /** How many more pull requests may be open at once, those of this run not counted as open. */
  readonly openPulls: number | null
}

/** Writes on GitHub that one worker costs, by what they do. */
export type WorkerWrites = {
  readonly issue: number
  /** Sub-issue links made by calls of their own; none when the issue is created under its parent. */
  readonly link: number
  readonly dependencies: number
  readonly assign: number
  readonly labels: number
  readonly pull: number
  readonly comments: number
  readonly merge: number
}

/** What is left of a run to do. */
export type WidthWork = {
  /** How many tasks each layer of the graph has, the first one first, and how long one takes. */
  readonly layers: readonly { readonly tasks: number; readonly minutes: number }[]
  readonly writes: WorkerWrites
  /** Issues to create before any worker: the intermediate parents. */
  readonly parents: number
  readonly callsPerTask: number
  readonly tokensPerTask: number
  readonly runnerMinutesPerTask: number
}

/** Documented by GitHub as secondary limits, with all of them left. They may change without notice. */
export const documentedLimits = {
  creationsPerMinute: { limit: 80, left: 80, resetsInMs: 60_000 },
  creationsPerHour: { limit: 500, left: 500, resetsInMs: 3_600_000 },
  writeSpacingMs: 1000,
} as const satisfies Partial<WidthLimits>

export type WriteCosts = {
  /** Before a worker can begin. */
  readonly setUp: { readonly creations: number; readonly writes: number }
  /** While it works and afterwards. */
  readonly deliver: { readonly creations: number; readonly writes: number }
}

/** What notifies people counts as content: issues, links, dependencies, pull requests, comments. */
export function writeCosts(writes: WorkerWrites): WriteCosts {
  const created = writes.issue + writes.link + writes.dependencies
  const delivered = writes.pull + writes.comments
  return {
    setUp: { creations: created, writes: created + writes.assign },
    deliver: { creations: delivered, writes: delivered + writes.labels + writes.merge },
  }
}
