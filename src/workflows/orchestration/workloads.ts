import type { OrchestrationRequest, WorkloadRequest } from '../../contracts/index.ts'
import { storableText } from '../../shared/index.ts'

export type Workload = Omit<WorkloadRequest, 'id'> & {
  readonly id: string
  /** One line, at most 120 characters. */
  readonly title: string
}

/** Workloads without an id are called after their place: w1, w2, … A dependency counts once. */
export function withIds(workloads: readonly WorkloadRequest[]): readonly Workload[] {
  const given = new Set(workloads.map(({ id }) => id))
  return workloads.map((workload, index) => {
    const id = workload.id ?? freeName(`w${index + 1}`, given)
    const dependsOn = [...new Set(workload.dependsOn)]
    return { ...workload, id, dependsOn, title: firstLine(workload.content) }
  })
}

/** A name like `w1` may have been given to another workload. */
function freeName(name: string, taken: ReadonlySet<string | undefined>): string {
  return taken.has(name) ? freeName(`${name}-`, taken) : name
}

function firstLine(text: string): string {
  const line = storableText(text.slice(0, 2000)).replace(/\p{C}|\s+/gu, ' ')
  const clean = line.replace(/ {2,}/g, ' ').trim()
  const characters = Array.from(clean)
  if (characters.length === 0) return 'a workload'
  return characters.length <= 120 ? clean : `${characters.slice(0, 119).join('')}…`
}

export function titleOf({ repository, context, workloads }: OrchestrationRequest): string {
  const about =
    context.trim() === ''
      ? `${workloads.length} ${workloads.length === 1 ? 'workload' : 'workloads'}`
      : firstLine(context)
  return `${repository}: ${about}`
}

/** The workload with where it belongs; all of it is the caller's, and quoted by the agent. */
export function instructionsOf(
  { content }: Workload,
  { repository }: OrchestrationRequest,
): string {
  return storableText(`${content}\n\nRepository: ${repository}`)
}

/** What the whole is about; stored once, whatever the number of workloads. */
export function contextOf({ context }: OrchestrationRequest): string {
  return storableText(context).trim()
}
