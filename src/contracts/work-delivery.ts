import type { AgentContext, AgentParked, AgentResult, AgentTask } from './agent.ts'

/** Where a task of a run that began with an issue does its work. */
export type WorkPlace = {
  readonly repository: string
  /** Its worker issue. */
  readonly issue: number
  /** The commit to build on: the head of its branch, or of the default branch. */
  readonly base: string
  /** What came back of an earlier try: failed checks, a review, a conflict. Others' words. */
  readonly feedback: string | null
  /** 0 for the first try. */
  readonly round: number
}

export type DeliveredFile = {
  readonly path: string
  /** Null removes the file. */
  readonly content: string | null
}

export type Delivery = {
  /** One line, then what was done: the commit's message. */
  readonly summary: string
  readonly files: readonly DeliveredFile[]
  readonly simulated: boolean
}

/** How work becomes a pull request: through the gate, and no other way. */
export type WorkDelivery = {
  /** Makes the worker issue if need be. `AgentParked`: a person has to allow that first. */
  readonly place: (task: AgentTask, context: AgentContext) => Promise<WorkPlace | AgentParked>
  /** Asks for the branch; the pull request and what follows from it are seen to by the tracker. */
  readonly deliver: (
    task: AgentTask,
    work: { readonly place: WorkPlace; readonly delivery: Delivery },
    context: AgentContext,
  ) => Promise<AgentParked | AgentResult>
}
