import type { PullView } from '../contracts/index.ts'
import type { Permission } from './gate-rules.ts'

/**
 * What the caller knows at the moment of judging. Null means that it could not be found out, and
 * what depends on it is asked for instead of allowed.
 */
export type GateFacts = {
  readonly paused: boolean | null
  readonly counts: EffectCounts
  readonly repository: {
    readonly defaultBranch: string | null
    readonly isArchived: boolean | null
  }
  /** What the person behind it may do in that repository. */
  readonly permission: Permission | null
  /** The issue or pull request it is about. */
  readonly object: ObjectFacts | null
  /** For effects on a pull request. */
  readonly pull: PullFacts | null
  /** The type of the task behind it. */
  readonly taskType: string | null
  /** Secrets that no text may carry out. */
  readonly secrets: readonly string[]
}

/** How many were asked for before this one and not denied; this one is not counted. */
export type EffectCounts = {
  /** Of this type. */
  readonly run: number | null
  readonly hour: number | null
  /** Of what this type makes, open now in that repository. */
  readonly open: number | null
  /** Of all types. */
  readonly runAll: number | null
  readonly hourAll: number | null
  readonly root: number | null
}

export type ObjectFacts = {
  /** Whether Maniple made it, or runs on it; closing another's is another matter. */
  readonly isOwn: boolean | null
}

export type PullFacts = Pick<
  PullView,
  'headSha' | 'head' | 'base' | 'isDraft' | 'mergeable' | 'review' | 'checks' | 'author'
> & {
  readonly isOwn: boolean | null
  /** All files it changes; null where they could not be listed in full. */
  readonly files: readonly string[] | null
}
