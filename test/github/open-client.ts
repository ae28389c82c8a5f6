import { createGitHubClient, type GitHubClient } from '../../src/github/index.ts'
import { systemClock } from '../../src/shared/index.ts'

/** A client of a simulated GitHub with nothing beside it: it is the only process and keeps no answers. */
export function openClient(
  github: { readonly url: string },
  { token, timeScale = 1 }: { readonly token: string | null; readonly timeScale?: number },
): GitHubClient {
  return createGitHubClient({
    settings: {
      ...{ apiUrl: github.url, token, app: null, userToken: null },
      ...{ concurrency: 10, timeoutMs: 10_000, timeScale },
    },
    clock: systemClock,
    pace: {
      book: async () => ({ waitMs: 0, isBooked: true }),
      block: async () => undefined,
      blockedMs: async () => 0,
    },
    answers: { get: async () => null, put: async () => undefined },
  })
}
