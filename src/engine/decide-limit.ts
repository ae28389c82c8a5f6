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
    readonly admitted: number
    /** Live workers that can perform the agent. */
    readonly workers: number
    /** The tightest lane of the group; null when it takes none. */
    readonly lane: string | null
    readonly capacity: number | null
    readonly held: number | null
    readonly shut: 'rate' | 'budget' | 'breaker' | null
  }[]
}

/** The limit that holds back most tasks of a run now; null when every task that could run does. */
export function decideLimit(facts: LimitFacts): BindingLimit | null {
  return mostOf(facts.groups.flatMap((group) => limitsOfGroup(group, facts))) ?? patience(facts)
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

function limitsOfGroup(
  group: LimitFacts['groups'][number],
  facts: Pick<LimitFacts, 'slots' | 'held'>,
): BindingLimit[] {
  const limits: BindingLimit[] = []
  if (group.admitted > 0) {
    limits.push({ reason: 'worker', subject: workerSubject(group), tasks: group.admitted })
  }
  if (group.ready > 0) {
    const tasks = group.ready
    if (group.workers === 0) {
      limits.push({ reason: 'worker', subject: workerSubject(group), tasks })
    } else if (facts.held >= facts.slots) {
      limits.push({ reason: 'slots', subject: `${facts.slots} slots of the run`, tasks })
    } else if (group.shut !== null && group.lane !== null) {
      limits.push({ reason: group.shut, subject: group.lane, tasks })
    } else if (group.lane !== null && (group.held ?? 0) >= (group.capacity ?? 0)) {
      limits.push({ reason: 'lane', subject: `${group.lane} (${group.capacity} at once)`, tasks })
    } else {
      limits.push({ reason: 'worker', subject: workerSubject(group), tasks })
    }
  }
  return limits
}

/** What a task that only needs a worker waits for, in words. */
export function workerSubject(group: { readonly agent: string; readonly workers: number }): string {
  return group.workers === 0
    ? `no worker that performs ${group.agent} is alive`
    : `a free worker that performs ${group.agent}`
}
