import * as z from 'zod'
import type { GitHubClient } from '../../github/index.ts'

const Viewer = z.object({ viewer: z.object({ databaseId: z.number().nullish() }) })

/** Ids of the accounts that Maniple acts under: what they do starts nothing. */
export async function readOwnActors(
  client: GitHubClient,
  signal: AbortSignal,
): Promise<readonly number[]> {
  if (!client.has('main')) return []
  const query = 'query Self { viewer { login databaseId } }'
  const { viewer } = Viewer.parse((await client.graphql({ query, variables: {}, signal })).data)
  return viewer.databaseId == null ? [] : [viewer.databaseId]
}
