import type { Mergeability } from '../git/pull-operations.ts'
import type { By, Token } from '../state/actor.ts'
import type { Issue, Repository } from '../state/entities.ts'
import type { GitHubState } from '../state/github-state.ts'
import type { PullIssue } from '../state/pulls.ts'
import type { GraphqlBudget, World } from '../world.ts'

/** What GraphQL reads fields from: values, or functions of the field's arguments. */
export type View = { readonly __typename: string; readonly [field: string]: unknown }

/** Views lead to one another: they are handed down, so that their files need not import in circles. */
export type Views = {
  readonly issue: (context: GraphqlContext, issue: Issue) => View
  readonly pull: (context: GraphqlContext, pull: PullIssue) => View
  readonly repository: (context: GraphqlContext, repository: Repository) => View
}

/** What every resolver of one request is given. */
export type GraphqlContext = {
  readonly world: World
  readonly state: GitHubState
  readonly token: Token
  readonly by: By
  /** What git says of a merge; UNKNOWN the first time, and being found out. */
  readonly mergeability: (pull: PullIssue) => Mergeability
  readonly views: Views
  readonly rate: Rate
}

export type Rate = Pick<GraphqlBudget, 'limit' | 'remaining' | 'used' | 'resetAt'> & {
  readonly cost: number
  readonly nodeCount: number
}

/** GitHub gives whole seconds. */
export const asTime = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
export const asTimeOrNull = (at: number | null): string | null => (at === null ? null : asTime(at))

/** GraphQL's Int ends at 2^31 - 1: ids above it are to be read from `fullDatabaseId`. */
export const asInt = (id: number): number | null => (id > 2_147_483_647 ? null : id)
