import type { Actor } from './actor.ts'
import type { Conclusion } from './checks.ts'
import type { Repository } from './repository.ts'

/** A file under `.github/workflows` on the default branch, or a dynamic one such as Copilot's. */
export type Workflow = {
  readonly id: number
  readonly nodeId: string
  readonly repository: Repository
  readonly path: string
  name: string
  /** Event names under `on:`. */
  triggers: readonly string[]
  state: 'active' | 'disabled_manually' | 'deleted'
  readonly createdAt: number
  updatedAt: number
}

export type RunStatus = 'queued' | 'in_progress' | 'completed' | 'waiting' | 'action_required'

export type WorkflowRun = {
  readonly id: number
  readonly nodeId: string
  readonly repository: Repository
  readonly workflow: Workflow
  readonly number: number
  readonly event: string
  readonly title: string
  readonly headBranch: string
  readonly headSha: string
  readonly actor: Actor
  readonly inputs: Readonly<Record<string, string>>
  attempt: number
  status: RunStatus
  conclusion: Conclusion | null
  readonly checkSuiteId: number
  readonly createdAt: number
  startedAt: number
  updatedAt: number
}

export type Variable = {
  readonly name: string
  value: string
  readonly createdAt: number
  updatedAt: number
}

/** Configuration alone: sending is the part of `webhooks/`. */
export type Hook = {
  readonly id: number
  readonly repository: Repository
  config: {
    readonly url: string
    readonly contentType: string
    readonly secret: string | null
    readonly insecureSsl: string
  }
  events: readonly string[]
  isActive: boolean
  readonly createdAt: number
  updatedAt: number
}
