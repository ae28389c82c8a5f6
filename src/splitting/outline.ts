import type { Complexity, Priority, SplitTask, WorkerTemplate } from '../contracts/index.ts'

/** What a micro-task does for its component, source or node. */
export type Step =
  | 'implementation'
  | 'tests'
  | 'documentation'
  | 'integration review'
  | 'ingest'
  | 'validate'
  | 'test type'
  | 'sub-task'
  | 'task'

/** The name of a dependency as the input gave it, and where. */
export type Reference = { readonly name: string; readonly place: string }

/** A half-open range of indexes into `Outline.tasks`. */
export type TaskRange = { readonly from: number; readonly to: number }

export type DraftTask = {
  readonly section: number
  /** The component, source or parent item it belongs to; null when it stands alone. */
  readonly component: string | null
  readonly step: Step
  /** The id that the input gave; null when one is to be made. */
  readonly givenId: string | null
  /** What a made id says after the section's id; null when the section's id says all. */
  readonly ownName: string | null
  readonly title: string
  /** Free text of the input for this task alone; may be empty. */
  readonly text: string
  /** Lines such as `Agent wanted: worker`. */
  readonly facts: readonly string[]
  readonly type: string
  readonly workerType: SplitTask['workerType']
  readonly priority: Priority
  readonly complexity: Complexity
  readonly estimateMinutes: number
  readonly dependencies: readonly Reference[]
  /** Tasks that must end first by the structure of the input: indexes into `Outline.tasks`. */
  readonly after: readonly number[]
}

/** A node of a workflow or a section of prose. */
export type Section = {
  readonly name: string
  /** Lines such as `Node: backend`. */
  readonly facts: readonly string[]
  /** Free text that concerns all of its tasks; bounded. */
  readonly context: string
  readonly dependencies: readonly Reference[]
  readonly tasks: TaskRange
}

/** An id that the input gave, to which dependencies may refer. */
export type GivenId = {
  readonly id: string
  readonly place: string
  /** Index of the section when the id is a section's, else null. */
  readonly section: number | null
  readonly tasks: TaskRange
}

/** The input taken apart, before ids are given and dependencies resolved. */
export type Outline = {
  readonly title: string
  /** Free text that concerns everything; bounded. */
  readonly context: string
  readonly sections: readonly Section[]
  readonly tasks: readonly DraftTask[]
  readonly givenIds: readonly GivenId[]
  readonly workerTemplate: WorkerTemplate
  readonly notes: readonly string[]
}

export type SplitLimits = {
  readonly maxBytes: number
  readonly maxTasks: number
}

export const noWorkerTemplate: WorkerTemplate = {
  runner: null,
  timeoutMs: null,
  retries: null,
  cache: false,
}
