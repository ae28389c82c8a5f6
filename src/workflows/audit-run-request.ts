import type { Caller, Run } from '../contracts/index.ts'
import type { Audit } from '../records/index.ts'

const events = {
  SubmitRun: 'Run_Accepted',
  CancelRun: 'Run_Cancelled',
  RetryRun: 'Run_Retried',
} as const

type Asked = {
  readonly action: keyof typeof events
  readonly run: Run
  /** Nobody: the process itself. */
  readonly caller: { readonly user: string; readonly via: Caller['via'] | 'github' } | undefined
}

/** Tells the audit who asked for what to be done with a run, once it was done. */
export function auditRunRequest(
  audit: Pick<Audit, 'record'>,
  { action, run, caller }: Asked,
): void {
  const { id, kind, agent, total, state, lineage, repository } = run
  audit.record({
    event: events[action],
    actor: caller?.user ?? 'maniple',
    repository,
    action,
    result: 'SUCCESS',
    details: {
      ...{ Run: id, Root: lineage.root, Kind: kind, Agent: agent, Tasks: total, State: state },
      Via: caller?.via ?? null,
    },
  })
}
