import * as z from 'zod'
import { namesOf } from '../../github/index.ts'
import { AppError } from '../../shared/index.ts'
import type { GitHubParts } from './github-parts.ts'

const ranks = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const

/** `permission` has no word for triage (read) and maintain (write); `role_name` has, or a custom role's. */
const Granted = z.object({ permission: z.string(), role_name: z.string().optional() })

type Asking = {
  readonly repository: string
  readonly login: string
  readonly least: 'triage' | 'write'
  /** What it takes that for: `starting a run`. */
  readonly what: string
}

/** Throws `forbidden` for somebody who may less than `least` in a repository. */
export async function checkPermission(
  { client }: Pick<GitHubParts, 'client'>,
  { repository, login, least, what }: Asking,
  signal: AbortSignal,
): Promise<void> {
  const { owner, repo } = namesOf(repository)
  const { data } = await client.request({
    route: 'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
    parameters: { owner, repo, username: login },
    signal,
  })
  const { permission, role_name: role = permission } = Granted.parse(data)
  const words: readonly string[] = ranks
  if (Math.max(words.indexOf(permission), words.indexOf(role)) >= words.indexOf(least)) return
  throw new AppError(
    'forbidden',
    `${login} has the permission "${role}" in ${repository}; ${what} takes ${least} or more`,
  )
}
