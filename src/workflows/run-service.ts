import type { Run, RunReport, RunService, Task } from '../contracts/index.ts'
import { AppError } from '../shared/index.ts'
import type { Moment } from '../voice/index.ts'
import { auditRunRequest } from './audit-run-request.ts'
import type { RunServiceParts } from './run-service-parts.ts'
import { planSplit, submitSplit } from './submit-split.ts'

/** What clients may do with runs; the engine underneath knows nothing of splitting or agents. */
export function createRunService(parts: RunServiceParts): RunService {
  const { engine, audit } = parts
  return {
    plan: (input, options) => planSplit(parts, input, options),
    submit: (request, idempotencyKey, caller) =>
      submitSplit(parts, { request, idempotencyKey, caller }),
    get: (id) => engine.run(id),
    list: (page) => engine.runs(page),
    tasks: (id, page) => engine.tasks(id, page),
    cancel: async (id, caller) => {
      const run = await engine.cancel(id)
      auditRunRequest(audit, { action: 'CancelRun', run, caller })
      return run
    },
    retry: async (id, caller) => {
      const run = await engine.retry(id, bindingOf(parts, await engine.run(id)))
      auditRunRequest(audit, { action: 'RetryRun', run, caller })
      return run
    },
    report: async (id) => reportOf(await engine.snapshot(id), parts.speak),
    snapshot: (id) => engine.snapshot(id),
    events: (id, afterSeq, signal) => engine.events(id, afterSeq, signal),
  }
}

function bindingOf(parts: RunServiceParts, run: Run): string | null {
  const { agents, binding } = parts.bound
  if (!agents.has(run.agent)) {
    if (binding === null) return null
    throw new AppError(
      'retry_not_possible',
      `run ${run.id} is performed by the agent "${run.agent}": retry it without --agent`,
    )
  }
  if (binding !== null) return binding
  throw new AppError(
    'retry_not_possible',
    `run ${run.id} works with a command line, which is never stored: give it again, maniple retry ${run.id} --agent 'CMD' --repo DIR`,
  )
}

type Snapshot = { readonly run: Run; readonly tasks: readonly Task[] }

function reportOf({ run, tasks }: Snapshot, speak: RunServiceParts['speak']): RunReport {
  const { speedUp, parallelEfficiency, wallTimeMs, sequentialTimeMs, cost, simulated } = run
  const failures = tasks.flatMap(({ id, title, state, error }) =>
    state === 'failed' && error !== null ? [{ task: id, title, ...error }] : [],
  )
  const figures = { speedUp, parallelEfficiency, wallTimeMs, sequentialTimeMs, cost, simulated }
  const commentary = run.finishedAt === null ? '' : speak(reportMoment(run, tasks), run.id)
  return { run, tasks: [...tasks], ...figures, failures, commentary }
}

function reportMoment(run: Run, tasks: readonly Task[]): Moment {
  const { succeeded, failed, skipped, cancelled } = run.counts
  // Of results that were reused, and of none, a quotient of times says nothing.
  const isMeasured = tasks.some(({ state, cached }) => state === 'succeeded' && !cached)
  return {
    kind: 'run.report',
    ...{ total: run.total, succeeded, failed, skipped, cancelled },
    speedUp: isMeasured ? run.speedUp : null,
    simulated: run.simulated,
  }
}
