import type { Task, Wait, WaitReason } from '../contracts/index.ts'
import { formatCount, formatDuration, formatNumber } from './format-quantity.ts'
import { safeText } from './terminal-text.ts'

type WaitGroup = {
  readonly reason: WaitReason
  readonly subjects: readonly string[]
  readonly tasks: number
  /** Milliseconds since the epoch when the first of them frees at the latest; null if unknown. */
  readonly frees: number | null
}

const phrases: Readonly<Record<WaitReason, string>> = {
  dependency: 'for other tasks',
  slots: 'for slots',
  lane: 'for a place in a lane',
  rate: 'for a rate limit',
  budget: 'for budget',
  breaker: 'for a lane that is failing',
  retry: 'to be tried again',
  approval: 'for approval',
  outside: 'for work outside',
  worker: 'for a worker',
}

/** More subjects than this under one reason make one line, or the list would be as long as the run. */
const subjectsApart = 2

/** What a reason is called in a sentence: "wait for slots". */
function phraseOfWait(reason: WaitReason): string {
  return phrases[reason]
}

function earliest(waits: readonly Wait[]): number | null {
  const times = waits.flatMap((wait) => (wait.frees === null ? [] : [Date.parse(wait.frees)]))
  return times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b))
}

function groupOf(reason: WaitReason, waits: readonly Wait[]): WaitGroup {
  return {
    reason,
    subjects: [...new Set(waits.map((wait) => wait.subject))],
    tasks: waits.length,
    frees: earliest(waits),
  }
}

/** What waits and why, by reason and subject, the largest group first. */
export function groupWaits(tasks: readonly Pick<Task, 'wait'>[]): readonly WaitGroup[] {
  const waits = tasks.flatMap((task) => (task.wait === null ? [] : [task.wait]))
  const byReason = Map.groupBy(waits, (wait) => wait.reason)
  return [...byReason]
    .flatMap(([reason, all]) => {
      const bySubject = Map.groupBy(all, (wait) => wait.subject)
      if (bySubject.size > subjectsApart) return [groupOf(reason, all)]
      return [...bySubject.values()].map((same) => groupOf(reason, same))
    })
    .sort((a, b) => b.tasks - a.tasks || (a.reason < b.reason ? -1 : 1))
}

/** A group as a line: `12 wait for slots (run uses 50 of 50), next in 3.0 s`. */
export function formatWaitGroup(group: WaitGroup, now: number): string {
  const named = group.subjects
    .slice(0, subjectsApart)
    .map(safeText)
    .filter((subject) => subject !== '')
  const hidden = group.subjects.length - named.length
  const subjects = [...named, ...(hidden > 0 && named.length > 0 ? [`+${hidden} more`] : [])]
  const why = subjects.length === 0 ? '' : ` (${subjects.join('; ')})`
  const when = group.frees === null ? '' : `, next in ${formatDuration(group.frees - now)}`
  const verb = group.tasks === 1 ? 'waits' : 'wait'
  return `${formatNumber(group.tasks)} ${verb} ${phraseOfWait(group.reason)}${when}${why}`
}

/** The binding limit as a sentence: `slots: run uses 50 of 50 (holds back 12 tasks)`. */
export function formatLimit(limit: {
  readonly reason: WaitReason
  readonly subject: string
  readonly tasks: number
}): string {
  const subject = safeText(limit.subject)
  return `${limit.reason}${subject === '' ? '' : `: ${subject}`} (holds back ${formatCount(limit.tasks, 'task')})`
}
