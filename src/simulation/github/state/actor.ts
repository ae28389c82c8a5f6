/** Who may read or change what: the weakest first. */
export const permissions = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const
export type Permission = (typeof permissions)[number]

/** A user, bot or organisation. Bots have one login in REST and another in GraphQL. */
export type Actor = {
  readonly id: number
  readonly nodeId: string
  readonly login: string
  readonly graphqlLogin: string
  readonly type: 'User' | 'Bot' | 'Organization'
  readonly name: string | null
  readonly email: string
  readonly createdAt: number
}

/** A GitHub App; it acts through its bot. */
export type App = {
  readonly id: number
  readonly nodeId: string
  readonly slug: string
  readonly name: string
  readonly owner: Actor
  readonly bot: Actor
  readonly permissions: TokenPermissions
  /** PEM of the key that signs its JWTs; null: nobody can sign for it. */
  readonly publicKey: string | null
  readonly createdAt: number
}

export type Installation = {
  readonly id: number
  readonly app: App
  readonly account: Actor
  readonly permissions: TokenPermissions
  /** Ids of repositories; null: all of the account. */
  readonly repositoryIds: readonly number[] | null
  readonly createdAt: number
}

export type TokenKind =
  | 'classic'
  | 'fine_grained'
  | 'installation'
  | 'user_to_server'
  | 'github_token'

/** Names as in `X-Accepted-GitHub-Permissions`: `issues`, `contents`, `pull_requests`… */
export type TokenPermissions = Readonly<Record<string, 'read' | 'write' | 'admin'>>

export type Token = {
  readonly value: string
  readonly kind: TokenKind
  readonly actor: Actor
  readonly app: App | null
  readonly installation: Installation | null
  /** Of classic tokens: `repo`, `public_repo`, `workflow`, `admin:repo_hook`… */
  readonly scopes: readonly string[]
  /** Of all other kinds. */
  readonly permissions: TokenPermissions
  /** Ids; null: every repository that the actor can reach. */
  readonly repositoryIds: readonly number[] | null
  /** Simulated milliseconds; null: never. */
  readonly expiresAt: number | null
}

/** On whose behalf something changes: what a webhook's sender and a timeline's actor are made of. */
export type By = {
  readonly actor: Actor
  readonly app: App | null
  /** Null: the simulation itself, or a push past the API. */
  readonly token: TokenKind | null
}
