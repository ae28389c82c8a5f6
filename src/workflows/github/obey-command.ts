import { findGitHubRun, wakeGitHubRuns } from '../../records/index.ts'
import { AppError } from '../../shared/index.ts'
import { auditRunRequest } from '../audit-run-request.ts'
import { checkPermission } from './check-permission.ts'
import type { GitHubParts } from './github-parts.ts'
import type { Command } from './read-command.ts'

/** A command of a comment about something that is there already. */
export type Order = {
  readonly repository: string
  /** The issue or pull request that was commented. */
  readonly issue: number
  readonly command: Exclude<Command, { name: 'run' }>
  /** Who wrote the comment. */
  readonly login: string
  /** A person's account, and none that Maniple acts under. */
  readonly isPerson: boolean
}

/** Does what a comment orders and says what was done. Throws `forbidden`, `not_found`, `effect_not_waiting`. */
export async function obeyCommand(
  parts: GitHubParts,
  order: Order,
  signal: AbortSignal,
): Promise<string> {
  const { command, repository, login, isPerson } = order
  if (!isPerson) throw new AppError('forbidden', `${login} is no person: a person has to say so`)
  const isCancel = command.name === 'cancel'
  const least = isCancel ? 'triage' : 'write'
  const what = isCancel ? 'cancelling a run' : 'deciding on an effect'
  await checkPermission(parts, { repository, login, least, what }, signal)
  if (command.name === 'cancel') return await cancel(parts, order)
  const { name: verdict, effect: id, reason } = command
  const { repository: place } = await parts.gate.get(id)
  // Who may write here has no say about what happens elsewhere.
  if (place !== repository) {
    throw new AppError('not_found', `there is no effect "${id}" in ${repository}`)
  }
  await parts.gate.decide(id, { by: login, verdict, reason: reason.slice(0, 500) })
  return `${verdict === 'approve' ? 'approved' : 'denied'} effect ${id}`
}

async function cancel(
  { pool, engine, audit }: GitHubParts,
  { repository, issue, login }: Order,
): Promise<string> {
  const shown = await findGitHubRun(pool, { repository, issue })
  if (shown === null || shown.ended) {
    throw new AppError('not_found', `no run of ${repository}#${issue} is open`)
  }
  const run = await engine.cancel(shown.run_id)
  auditRunRequest(audit, { action: 'CancelRun', run, caller: { user: login, via: 'github' } })
  await wakeGitHubRuns(pool, { repository, numbers: [issue] })
  return `cancelled run ${run.id}`
}
