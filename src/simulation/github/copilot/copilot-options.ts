/** Shares are 0 to 1 and drawn by the seed, repository and number; times are simulated ms. */
export type CopilotOptions = {
  readonly seed?: number
  /** Sessions of one person at the same time; the rest wait. GitHub documents no number. */
  readonly sessions?: number
  /** From the assignment to its 👀. */
  readonly reactsAfter?: number
  /** From there to the draft pull request: seconds on a good day. */
  readonly opensAfter?: number
  /** The shortest and the longest that it works. */
  readonly works?: readonly [shortest: number, longest: number]
  /** Could not start: comments on the issue and is gone. */
  readonly refuses?: number
  /** Starts, opens its pull request, and fails. */
  readonly fails?: number
  /** Never ends: given up after an hour, as GitHub does. */
  readonly hangs?: number
  /** Also touches `sharedPath`, and so gets in the way of others. */
  readonly overlaps?: number
  readonly sharedPath?: string
  /** Its first commit fails the simulated checks; a comment that mentions it mends it. */
  readonly breaks?: number
}

export type CopilotSettings = Required<CopilotOptions>

export const withDefaults = (options: CopilotOptions): CopilotSettings => ({
  seed: 1,
  sessions: 5,
  reactsAfter: 2000,
  opensAfter: 4000,
  works: [120_000, 900_000],
  refuses: 0,
  fails: 0,
  hangs: 0,
  overlaps: 0,
  sharedPath: 'CHANGELOG.md',
  breaks: 0,
  ...options,
})

/** A session that hangs is given up after about an hour. */
export const longestSession = 3_600_000
/** A file that makes the simulated checks fail while it is there. */
export const failingFile = '.simulated-failure'
