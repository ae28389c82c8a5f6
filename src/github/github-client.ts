import type { Json, JsonObject } from '../shared/index.ts'
import type { CredentialRole } from './github-settings.ts'

export type GitHubCall = {
  /** Such as `GET /repos/{owner}/{repo}/issues/{issue_number}`; the parameters fill it. */
  readonly route: string
  readonly parameters: JsonObject
  readonly signal: AbortSignal
  /** Default: `main`. */
  readonly as?: CredentialRole
  /** A read whose answer is kept with its ETag, so that asking again costs nothing. */
  readonly isConditional?: boolean
  /** A write that creates an issue, a comment, a pull request or a review: GitHub counts those apart. */
  readonly creates?: boolean
}

export type GitHubAnswer = {
  readonly status: number
  readonly data: Json
  /** The page after it, where there is one. */
  readonly next: string | null
}

export type GraphQlCall = {
  readonly query: string
  readonly variables: JsonObject
  readonly signal: AbortSignal
  readonly as?: CredentialRole
  /** A mutation: paced as writes are. */
  readonly writes?: 'changes' | 'creates'
  readonly features?: string
}

export type GraphQlAnswer = {
  readonly data: JsonObject
  /** What could not be read beside what could. */
  readonly errors: readonly GraphQlError[]
}

export type GraphQlError = {
  readonly type: string
  readonly message: string
  readonly path: readonly (string | number)[]
}

/**
 * GitHub's API, kept within its limits over all processes. Throws `github_*` errors; a read that was
 * not answered is tried again, a write never: only the gate knows whether it may be.
 */
export type GitHubClient = {
  readonly request: (call: GitHubCall) => Promise<GitHubAnswer>
  /** All pages, at most `mostPages`. */
  readonly pages: (call: GitHubCall, mostPages: number) => Promise<readonly Json[]>
  /** Throws unless there is data. */
  readonly graphql: (call: GraphQlCall) => Promise<GraphQlAnswer>
  readonly has: (role: CredentialRole) => boolean
  /** Milliseconds since the epoch, as GitHub's headers told it last. */
  readonly now: () => number
}
