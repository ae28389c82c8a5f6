import type { Actor, App } from './actor.ts'
import type { Repository } from './repository.ts'

export type CheckStatus = 'queued' | 'in_progress' | 'completed'
export type Conclusion =
  | 'success'
  | 'failure'
  | 'neutral'
  | 'cancelled'
  | 'skipped'
  | 'timed_out'
  | 'action_required'

export type CheckSuite = {
  readonly id: number
  readonly nodeId: string
  readonly repository: Repository
  readonly app: App
  readonly headSha: string
  readonly headBranch: string | null
  status: CheckStatus
  conclusion: Conclusion | null
  readonly createdAt: number
  updatedAt: number
}

export type CheckRun = {
  readonly id: number
  readonly nodeId: string
  readonly suite: CheckSuite
  readonly name: string
  readonly headSha: string
  readonly externalId: string
  detailsUrl: string | null
  status: CheckStatus
  conclusion: Conclusion | null
  output: { title: string | null; summary: string | null; text: string | null }
  readonly startedAt: number
  completedAt: number | null
}

export type StatusState = 'error' | 'failure' | 'pending' | 'success'

export type CommitStatus = {
  readonly id: number
  readonly nodeId: string
  readonly sha: string
  readonly context: string
  readonly state: StatusState
  readonly description: string | null
  readonly targetUrl: string | null
  readonly creator: Actor
  readonly createdAt: number
}
