import type { Caller } from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import type { OrchestrationParts } from './orchestration-parts.ts'

type Guarded = Pick<OrchestrationParts, 'audit' | 'guard'>

/** Throws `repository_not_allowed` or `user_not_eligible`. */
export function guardRequest(
  { guard }: Guarded,
  { repository }: { readonly repository: string },
  caller: Caller,
): void {
  const { repositories, users } = guard
  const asked = repository.toLowerCase()
  if (repositories.length > 0 && !repositories.some((name) => name.toLowerCase() === asked)) {
    throw new AppError(
      'repository_not_allowed',
      `the repository ${repository} is not among those that guard.repositories admits`,
    )
  }
  if (users.length > 0 && !users.includes(caller.user)) {
    throw new AppError(
      'user_not_eligible',
      `"${caller.user}" is not among the users that guard.users admits`,
    )
  }
}

type Refused = {
  readonly caller: Caller
  readonly repository: string
  readonly action: string
}

/** Does the work, and tells the audit what was refused and why. */
export async function auditRefusal<T>(
  { audit }: Pick<OrchestrationParts, 'audit'>,
  { caller, repository, action }: Refused,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    // What we broke ourselves is in the log; the audit has what was not allowed.
    if (error instanceof AppError && error.httpStatus < 500) {
      audit.record({
        event: 'GitHub_Models_Request_Refused',
        actor: caller.user,
        repository,
        action,
        result: 'DENIED',
        details: { Code: error.code, Reason: error.message, Via: caller.via },
      })
    }
    throw error
  }
}
