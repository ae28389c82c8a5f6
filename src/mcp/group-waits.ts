import type { Task, Wait, WaitReason } from '../contracts/index.ts'

export type WaitGroup = {
  readonly reason: WaitReason
  /** What they wait for; several subjects are counted, not listed. */
  readonly subject: string
  readonly tasks: number
  /** When the first of them frees at the latest, where known. */
  readonly frees: string | null
}

const longestSubject = 200

function subjectOf(waits: readonly Wait[]): string {
  const subjects = new Set(waits.map(({ subject }) => subject))
  const [first = ''] = subjects
  const more = subjects.size > 1 ? ` and ${subjects.size - 1} more` : ''
  return `${first.slice(0, longestSubject)}${more}`
}

/** What waits and why, one group a reason, the largest first: at most ten, however wide the run. */
export function groupWaits(tasks: readonly Pick<Task, 'wait'>[]): WaitGroup[] {
  const waits = tasks.flatMap(({ wait }) => (wait === null ? [] : [wait]))
  return [...Map.groupBy(waits, ({ reason }) => reason)]
    .map(([reason, group]) => ({
      reason,
      subject: subjectOf(group),
      tasks: group.length,
      frees: group.flatMap(({ frees }) => (frees === null ? [] : [frees])).sort()[0] ?? null,
    }))
    .sort((a, b) => b.tasks - a.tasks)
}
