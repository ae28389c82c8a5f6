/** Where GitHub is and as whom to speak to it. Secrets: never logged. */
export type GitHubSettings = {
  /** Without a slash at its end. */
  readonly apiUrl: string
  /** A personal access token; or the App below. */
  readonly token: string | null
  readonly app: GitHubAppSettings | null
  /** A user's token, for what Copilot only does for users. */
  readonly userToken: string | null
  /** Requests in flight at once, in this process. GitHub allows 100 over all. */
  readonly concurrency: number
  readonly timeoutMs: number
  /** How many times faster than real time GitHub's passes: 1 but for a simulated one. */
  readonly timeScale: number
}

export type GitHubAppSettings = {
  readonly id: string
  readonly privateKey: string
  readonly installationId: number
}

/** `main` is for state, labels, merges; `user` is for Copilot. */
export type CredentialRole = 'main' | 'user'
