import type { BindingLimit } from '../contracts/index.ts'

export type LimitFacts = {
  readonly slots: number
  readonly held: number
  readonly parked: number
  /** Those of the parked that wait for a person. */
  readonly approvals: number
  /** Tasks that wait for the end of a back-off. */
  readonly backingOff: number
  /** Tasks that wait for dependencies. */
  readonly waiting: number
  readonly groups: readonly {
    readonly agent: string
    readonly ready: number
    /** Live workers that can perform its tasks. */
    readonly workers: number
    /** Live workers that can perform the agent, whether or not they have one of `choices`. */
    readonly performers: number
    /** Between which its tasks have the choice, such as models; null where there is none. */
    readonly choices: readonly string[] | null
    /** The tightest lane of the group; null when it takes none. */
    readonly lane: string | null
    readonly capacity: number | null
    readonly held: number | null
    readonly shut: 'rate' | 'budget' | 'breaker' | null
  }[]
}

/** The limit that holds back most tasks of a run now; null when every task that could run does. */
export function decideLimit(facts: LimitFacts): BindingLimit | null {
  return mostOf(facts.groups.map((group) => limitOfGroup(group, facts))) ?? patience(facts)
}

/** What holds a run back that has nothing to perform. */
function patience(facts: LimitFacts): BindingLimit | null {
  const { parked, approvals, backingOff, waiting } = facts
  const limits: BindingLimit[] = [
    { reason: 'approval', subject: 'a person’s approval', tasks: approvals },
    { reason: 'outside', subject: 'work outside', tasks: parked - approvals },
    { reason: 'retry', subject: 'the next try', tasks: backingOff },
  ]
  // Dependencies explain only what nothing else does: those that wait do so for the others.
  const dependencies: BindingLimit = {
    reason: 'dependency',
    subject: 'tasks that are not done',
    tasks: waiting,
  }
  return mostOf(limits.filter((limit) => limit.tasks > 0)) ?? (waiting > 0 ? dependencies : null)
}

function mostOf(limits: readonly BindingLimit[]): BindingLimit | null {
  const merged = new Map<string, BindingLimit>()
  for (const limit of limits) {
    const key = `${limit.reason} ${limit.subject}`
    const tasks = (merged.get(key)?.tasks ?? 0) + limit.tasks
    merged.set(key, { ...limit, tasks })
  }
  const [first] = [...merged.values()].sort((a, b) => b.tasks - a.tasks)
  return first ?? null
}

function limitOfGroup(
  group: LimitFacts['groups'][number],
  facts: Pick<LimitFacts, 'slots' | 'held'>,
): BindingLimit {
  const { ready: tasks, lane, capacity } = group
  if (group.workers === 0) {
    // Without a worker no other limit matters: nothing would free it.
    return { reason: 'worker', subject: workerSubject(group), tasks }
  }
  if (facts.held >= facts.slots) {
    return { reason: 'slots', subject: `${facts.slots} slots of the run`, tasks }
  }
  if (group.shut !== null && lane !== null) return { reason: group.shut, subject: lane, tasks }
  if (lane !== null && (group.held ?? 0) >= (capacity ?? 0)) {
    return { reason: 'lane', subject: `${lane} (${capacity} at once)`, tasks }
  }
  return { reason: 'worker', subject: workerSubject(group), tasks }
}

/** What a task that only needs a worker waits for, in words. */
export function workerSubject(group: {
  readonly agent: string
  readonly workers: number
  readonly performers: number
  readonly choices: readonly string[] | null
}): string {
  const { agent, workers, performers, choices } = group
  if (workers > 0) return `a free worker that performs ${agent}`
  if (performers === 0 || choices === null) return `no worker that performs ${agent} is alive`
  return `a worker that has the model ${named(choices)}: no process that is alive has it configured`
}

const shownChoices = 3

function named(choices: readonly string[]): string {
  const shown = choices.slice(0, shownChoices).map((choice) => JSON.stringify(choice))
  const more = choices.length - shown.length
  return [...shown, ...(more > 0 ? [`one of ${more} more`] : [])].join(' or ')
}
