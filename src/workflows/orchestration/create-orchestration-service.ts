import type {
  OrchestrationResult,
  OrchestrationService,
  PerformanceMetrics,
  Run,
} from '../../contracts/index.ts'
import { readPerformance } from '../../records/index.ts'
import { AppError } from '../../shared/index.ts'
import { type Moment, rateEfficiency } from '../../voice/index.ts'
import { readBudgets } from '../read-budgets.ts'
import { analyzeWorkloads } from './analyze-workloads.ts'
import { auditRefusal } from './guard-request.ts'
import type { OrchestrationParts } from './orchestration-parts.ts'
import { orchestrationResult } from './orchestration-result.ts'
import { readCatalogue } from './read-catalogue.ts'
import { sampleRequest } from './sample-request.ts'
import { decisionsEntry } from './shared-decisions.ts'
import { submitOrchestration } from './submit-orchestration.ts'

/** Parallel workloads on specialised models, for the edges. */
export function createOrchestrationService(parts: OrchestrationParts): OrchestrationService {
  return {
    submit: (request, caller, idempotencyKey) => {
      const refused = { caller, repository: request.repository, action: 'OrchestratePipeline' }
      return auditRefusal(parts, refused, () =>
        submitOrchestration(parts, { request, caller, idempotencyKey }),
      )
    },
    wait: (runId, options) => waitFor(parts, runId, options),
    result: (runId) => readResult(parts, runId),
    analyze: (request, caller) => {
      const refused = { caller, repository: request.repository, action: 'AnalyzeWorkload' }
      return auditRefusal(parts, refused, () => analyzeWorkloads(parts, request, caller))
    },
    performance: (windowMinutes) => measure(parts, windowMinutes),
    catalogue: () => readCatalogue(parts),
    budgets: (page) => readBudgets(parts, page),
    sample: sampleRequest,
    accepted: (run) => parts.speak(acceptedMoment(run), run.id),
  }
}

/** A repeat of a request may be answered with a run that is over: then that is what there is to say. */
function acceptedMoment({ finishedAt, total, slots, simulated, counts, speedUp }: Run): Moment {
  if (finishedAt === null) return { kind: 'orchestration.accepted', total, slots, simulated }
  const { succeeded, failed, skipped, cancelled } = counts
  return { kind: 'run.report', total, succeeded, failed, skipped, cancelled, speedUp, simulated }
}

async function readResult(
  { engine, speak }: OrchestrationParts,
  runId: string,
): Promise<OrchestrationResult> {
  const { run, tasks } = await engine.snapshot(runId)
  if (run.kind !== 'orchestrate') {
    throw new AppError(
      'not_found',
      `run ${runId} is no orchestration but a ${run.kind}: see /api/v1/runs/${runId}`,
    )
  }
  const routes = await engine.payloads(runId, 'routed')
  const decisions = await engine.input(runId, decisionsEntry)
  return await orchestrationResult({ run, tasks, routes, decisions }, speak)
}

async function waitFor(
  parts: OrchestrationParts,
  runId: string,
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
): Promise<OrchestrationResult | null> {
  const { engine } = parts
  const until = AbortSignal.any([signal, AbortSignal.timeout(waitMs)])
  const { seq } = await engine.run(runId)
  try {
    for await (const _ of engine.events(runId, seq, until)) {
      // What happened meanwhile is in the result.
    }
  } catch (error) {
    if (!until.aborted) throw error
  }
  const { finishedAt } = await engine.run(runId)
  return finishedAt === null ? null : await readResult(parts, runId)
}

async function measure(
  { pool, clock, fleet, speak }: OrchestrationParts,
  windowMinutes: number,
): Promise<PerformanceMetrics> {
  const now = new Date(clock.now())
  const figures = await readPerformance(pool, { windowMinutes, now })
  const simulated = [...fleet.values()].some(({ profile }) => profile.simulated)
  const { workloads, speedUp, parallelEfficiency } = figures
  const { total, successRate } = workloads
  const rating = rateEfficiency(parallelEfficiency)
  const moment = { workloads: total, successRate, speedUp, rating, simulated }
  const commentary = speak({ kind: 'metrics', ...moment }, now.toISOString())
  return { ...figures, commentary, simulated }
}
