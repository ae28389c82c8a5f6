import type { Actor, Permission } from './actor.ts'
import type { CheckRun, CheckSuite, CommitStatus } from './checks.ts'
import type { Issue, Label } from './issue.ts'
import type { Hook, Variable, Workflow, WorkflowRun } from './workflow.ts'

/** Times are simulated milliseconds since the epoch, here and in everything below it. */
export type Repository = {
  readonly id: number
  readonly nodeId: string
  readonly owner: Actor
  readonly name: string
  /** `owner/name`. */
  readonly fullName: string
  readonly isPrivate: boolean
  readonly description: string | null
  readonly defaultBranch: string
  /** Where the bare git repository lies: what local agents clone from and push to. */
  readonly path: string
  isArchived: boolean
  hasIssues: boolean
  allowAutoMerge: boolean
  deleteBranchOnMerge: boolean
  /** Checks that a commit needs before it can be merged into the default branch. */
  requiredChecks: readonly string[]
  /** Approvals that a pull request needs; 0: no review is required. */
  requiredApprovals: number
  /** Workflows that Copilot's pushes trigger wait for a person's approval. */
  approveCopilotRuns: boolean
  /** Whether Copilot's agent can be assigned here. */
  hasCopilot: boolean
  /** By id of the actor; the owner has `admin`. */
  readonly collaborators: Map<number, { readonly actor: Actor; readonly permission: Permission }>
  /** By lower-case name. */
  readonly labels: Map<string, Label>
  /** Issues and pull requests, by their number. */
  readonly issues: Map<number, Issue>
  readonly checkSuites: CheckSuite[]
  readonly checkRuns: CheckRun[]
  readonly statuses: CommitStatus[]
  readonly workflows: Map<number, Workflow>
  readonly runs: Map<number, WorkflowRun>
  /** By upper-case name. */
  readonly variables: Map<string, Variable>
  readonly hooks: Map<number, Hook>
  lastNumber: number
  readonly createdAt: number
  updatedAt: number
  pushedAt: number
}

export type NewRepository = {
  readonly owner: Actor
  readonly name: string
  readonly path: string
  readonly isPrivate?: boolean
  readonly description?: string | null
  readonly defaultBranch?: string
  readonly requiredChecks?: readonly string[]
  readonly requiredApprovals?: number
  readonly approveCopilotRuns?: boolean
  readonly hasCopilot?: boolean
}
