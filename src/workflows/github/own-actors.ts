import * as z from 'zod'
import type { GitHubClient } from '../../github/index.ts'
import { AppError } from '../../shared/index.ts'

const Viewer = z.object({
  viewer: z.object({ login: z.string(), databaseId: z.number().nullish() }),
})
const User = z.object({ id: z.number() })

/**
 * Ids of the accounts that Maniple acts under: what they do starts nothing. Throws where they cannot
 * be found out: without them its own doing would pass for somebody else's.
 */
export async function readOwnActors(
  client: GitHubClient,
  signal: AbortSignal,
): Promise<readonly number[]> {
  if (!client.has('main')) return []
  const query = 'query Self { viewer { login databaseId } }'
  const { viewer } = Viewer.parse((await client.graphql({ query, variables: {}, signal })).data)
  return [viewer.databaseId ?? (await readByRest(client, viewer.login, signal))]
}

/** GraphQL has no id for accounts whose id does not fit its Int, which is of 32 bits. */
async function readByRest(
  client: GitHubClient,
  login: string,
  signal: AbortSignal,
): Promise<number> {
  try {
    const { data } = await client.request({ route: 'GET /user', parameters: {}, signal })
    return User.parse(data).id
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'github_auth')) throw error
  }
  // An App is no user: its bot is asked for by name.
  const username = `${login.replace(/\[bot\]$/, '')}[bot]`
  const call = { route: 'GET /users/{username}', parameters: { username }, signal }
  return User.parse((await client.request(call)).data).id
}
