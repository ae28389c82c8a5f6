import type { PullView } from '../../contracts/index.ts'

/** A task whose pull request is waited for, as it stands at one moment. */
export type WorkerFacts = {
  /** As the snapshot has it; null when it is not among the open ones. */
  readonly pull: Pick<
    PullView,
    'number' | 'headSha' | 'isDraft' | 'mergeable' | 'mergeState' | 'review' | 'checks'
  > | null
  /** How it ended; null while it is open, or nobody knows. */
  readonly end: 'merged' | 'closed' | null
  /** Merging without a person is configured; what it takes is for the gate to judge. */
  readonly mayMerge: boolean
  /** How often work has been given back already, and how often that may be. */
  readonly round: number
  readonly mostRounds: number
  /** The worker takes work back: a model does, by a further commit. */
  readonly takesBack: boolean
  /** The head commit that was given back last: what is said of it is known already. */
  readonly givenBackAt: string | null
  /** A repository without checks: none will come. */
  readonly hasChecks: boolean
}

export type WorkerStep =
  | { readonly kind: 'wait'; readonly why: string }
  | { readonly kind: 'ready'; readonly pull: number }
  | { readonly kind: 'update'; readonly pull: number; readonly sha: string }
  | { readonly kind: 'merge'; readonly pull: number; readonly sha: string }
  | { readonly kind: 'give back'; readonly what: 'checks' | 'review' | 'conflict' }
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly message: string }

const wait = (why: string): WorkerStep => ({ kind: 'wait', why })

/**
 * What comes next for a worker's pull request. Unknown is never taken for good: it is waited for.
 * The gate judges a merge again, with facts of its own.
 */
export function decideWorker(facts: WorkerFacts): WorkerStep {
  if (facts.end === 'merged') return { kind: 'succeeded' }
  if (facts.end === 'closed') {
    return { kind: 'failed', message: 'its pull request was closed without being merged' }
  }
  const { pull } = facts
  if (pull === null) return wait('its pull request')
  const problem = problemOf(pull)
  if (problem !== null) return giveBack(facts, problem)
  if (pull.isDraft) return wait('its author, who has not marked it ready')
  const { headSha: sha, number } = pull
  if (pull.mergeable === 'unknown') return wait('GitHub, which computes whether it can be merged')
  if (pull.mergeState === 'behind') return { kind: 'update', pull: number, sha }
  if (pull.checks === 'pending') return wait('its checks')
  if (pull.checks === 'unknown') return wait('its checks, which the token may not read')
  if (pull.checks === 'none' && facts.hasChecks) return wait('its checks to begin')
  if (pull.review === 'review_required') return wait('a review')
  return facts.mayMerge ? { kind: 'merge', pull: number, sha } : wait('a person who merges it')
}

function problemOf(
  pull: NonNullable<WorkerFacts['pull']>,
): 'checks' | 'review' | 'conflict' | null {
  if (pull.mergeable === 'conflicting' || pull.mergeState === 'dirty') return 'conflict'
  if (pull.checks === 'failure') return 'checks'
  return pull.review === 'changes_requested' ? 'review' : null
}

const words = {
  checks: 'its checks, which fail',
  review: 'changes that a review asked for',
  conflict: 'its conflict with the base to be solved',
} as const

function giveBack(
  { takesBack, round, mostRounds, givenBackAt, pull }: WorkerFacts,
  what: 'checks' | 'review' | 'conflict',
): WorkerStep {
  const isKnown = pull !== null && givenBackAt === pull.headSha
  // A pull request that cannot be mended by its worker is a person's, not a failure.
  if (!takesBack || isKnown || round >= mostRounds) return wait(words[what])
  return { kind: 'give back', what }
}
