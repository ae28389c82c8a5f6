import type { Actor, App } from './actor.ts'
import type { Pull } from './pull.ts'
import type { Repository } from './repository.ts'
import type { TimelineEvent } from './timeline.ts'

export type Label = {
  readonly id: number
  readonly nodeId: string
  readonly repository: Repository
  name: string
  color: string
  description: string | null
  readonly createdAt: number
}

export const reactionContents = [
  '+1',
  '-1',
  'laugh',
  'confused',
  'heart',
  'hooray',
  'rocket',
  'eyes',
] as const
export type ReactionContent = (typeof reactionContents)[number]
/** Who reacted, by content. */
export type Reactions = Map<ReactionContent, Set<Actor>>

export type Comment = {
  readonly id: number
  readonly nodeId: string
  readonly issue: Issue
  readonly author: Actor
  readonly app: App | null
  body: string
  readonly reactions: Reactions
  readonly createdAt: number
  updatedAt: number
}

/** What Copilot was told when it was assigned; null members were left to GitHub. */
export type AgentAssignment = {
  readonly targetRepository: Repository | null
  readonly baseRef: string | null
  readonly customInstructions: string | null
  readonly customAgent: string | null
  readonly model: string | null
}

export type StateReason = 'completed' | 'not_planned' | 'duplicate' | 'reopened'

/** An issue, or the issue side of a pull request: then `pull` holds the rest. */
export type Issue = {
  readonly id: number
  readonly nodeId: string
  readonly number: number
  readonly repository: Repository
  readonly author: Actor
  readonly app: App | null
  readonly createdAt: number
  readonly comments: Comment[]
  readonly timeline: TimelineEvent[]
  readonly reactions: Reactions
  readonly labels: Label[]
  /** Bots included; at most 10. */
  readonly assignees: Actor[]
  /** In the order they are shown; at most 100. */
  readonly subIssues: Issue[]
  /** At most 50 each. */
  readonly blockedBy: Issue[]
  readonly blocking: Issue[]
  pull: Pull | null
  title: string
  body: string | null
  state: 'open' | 'closed'
  stateReason: StateReason | null
  isLocked: boolean
  closedAt: number | null
  closedBy: Actor | null
  parent: Issue | null
  updatedAt: number
}
