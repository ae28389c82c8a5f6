/** A finished branch, after those that it builds on. */
export type FinishedBranch = {
  readonly id: string
  /** Branches that it holds; it cannot be combined without them. */
  readonly dependsOn: readonly string[]
}

/** What the check said about the base with these branches combined on it. */
export type BisectAnswer = { readonly branches: readonly string[]; readonly passed: boolean }

export type BisectStep =
  /** Combine these, in this order, on the base (none: the base alone), and run the check. */
  | { readonly kind: 'check'; readonly branches: readonly string[] }
  | {
      readonly kind: 'found'
      /** `base`: broken without any branch; nobody is to blame. */
      readonly verdict: 'sound' | 'base' | 'offenders'
      /** Each breaks the check as a whole, and without any one of its members does not. */
      readonly offenders: readonly (readonly string[])[]
      /** What passed the check together. */
      readonly sound: readonly string[]
      /** Blamed for nothing, but built on an offender that was left out. */
      readonly heldBack: readonly string[]
    }

type Ask = Generator<readonly string[], boolean, boolean>

/**
 * Which branches break the combination, found by asking. Pure: give it the same branches and all
 * answers so far, in any order, and it says which combination to check next. It trusts that adding
 * a branch does not mend what others broke.
 *
 * A single offender among n takes at most ⌈log₂ n⌉ + 4 checks, see `mostChecks`.
 */
export function bisect(
  branches: readonly FinishedBranch[],
  answers: readonly BisectAnswer[],
): BisectStep {
  const known = new KnownAnswers(answers)
  const search = searchAll(branches)
  let step = search.next()
  while (step.done !== true) {
    const passed = known.of(step.value)
    if (passed === null) return { kind: 'check', branches: step.value }
    step = search.next(passed)
  }
  return step.value
}

/** The most checks that offenders of these sizes (1: a branch, 2: a pair) among `count` take. */
export function mostChecks(count: number, sizes: readonly number[]): number {
  const halvings = Math.ceil(Math.log2(Math.max(1, count)))
  // All together and the base; then for each offender a search and a trial a member, and the rest.
  return 2 + sizes.reduce((sum, size) => sum + size * (halvings + 1) + 1, 0)
}

/** Answers given, and those that follow: less than what passed passes, more than what failed fails. */
class KnownAnswers {
  readonly #exact = new Map<string, boolean>()
  readonly #passed: ReadonlySet<string>[] = []
  readonly #failed: (readonly string[])[] = []

  constructor(answers: readonly BisectAnswer[]) {
    for (const { branches, passed } of answers) {
      this.#exact.set(branches.join('\n'), passed)
      if (passed) this.#passed.push(new Set(branches))
      else this.#failed.push(branches)
    }
  }

  of(branches: readonly string[]): boolean | null {
    // What was answered stands, so that a repeated search takes the same way.
    const exact = this.#exact.get(branches.join('\n'))
    if (exact !== undefined) return exact
    const asked = new Set(branches)
    if (this.#failed.some((failed) => failed.every((id) => asked.has(id)))) return false
    if (this.#passed.some((passed) => branches.every((id) => passed.has(id)))) return true
    return null
  }
}

function* searchAll(
  branches: readonly FinishedBranch[],
): Generator<readonly string[], Extract<BisectStep, { kind: 'found' }>, boolean> {
  let rest = branches
  const offenders: (readonly string[])[] = []
  const blamed = new Set<string>()
  const idsOf = (some: readonly FinishedBranch[]) => some.map(({ id }) => id)
  while (!(yield idsOf(rest))) {
    if (offenders.length === 0 && !(yield [])) {
      return { kind: 'found', verdict: 'base', offenders, sound: [], heldBack: [] }
    }
    const offender = yield* findOffender(rest)
    const [latest] = offender
    if (latest === undefined) break
    offenders.push(offender.toReversed())
    blamed.add(latest)
    rest = without(rest, latest)
  }
  const sound = idsOf(rest)
  const kept = new Set([...sound, ...blamed])
  const heldBack = idsOf(branches).filter((id) => !kept.has(id))
  const verdict = offenders.length === 0 ? 'sound' : 'offenders'
  return { kind: 'found', verdict, offenders, sound, heldBack }
}

/**
 * The fewest branches that fail together, the latest first. The shortest prefix that fails ends with
 * one of them; with it set, the shortest prefix that fails ends with the next, until they fail alone.
 */
function* findOffender(
  branches: readonly FinishedBranch[],
): Generator<readonly string[], readonly string[], boolean> {
  const found: string[] = []
  let failing = branches.length
  while (failing > 0 && (found.length === 0 || (yield* passes(branches, found, 0)))) {
    let passing = 0
    while (failing - passing > 1) {
      const middle = Math.floor((passing + failing) / 2)
      if (yield* passes(branches, found, middle)) passing = middle
      else failing = middle
    }
    const latest = branches[failing - 1]
    if (latest === undefined) break
    found.push(latest.id)
    failing -= 1
  }
  return found
}

/** Whether the prefix passes together with what was found and all that it builds on. */
function* passes(
  branches: readonly FinishedBranch[],
  found: readonly string[],
  prefix: number,
): Ask {
  const needed = new Set(found)
  // Branches come after those they build on, so one way back finds all of them.
  const asked = branches
    .toReversed()
    .filter(({ id, dependsOn }, index) => {
      const isAsked = needed.has(id) || branches.length - 1 - index < prefix
      if (isAsked) for (const one of dependsOn) needed.add(one)
      return isAsked
    })
    .toReversed()
  return yield asked.map(({ id }) => id)
}

/** All but this branch and those that build on it. */
function without(branches: readonly FinishedBranch[], left: string): readonly FinishedBranch[] {
  const gone = new Set([left])
  return branches.filter(({ id, dependsOn }) => {
    if (dependsOn.some((one) => gone.has(one))) gone.add(id)
    return !gone.has(id)
  })
}
