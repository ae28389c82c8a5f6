import * as z from 'zod'
import {
  FallbackReason,
  type OrchestrationResult,
  type RoutingDecision,
  type Run,
  type Task,
  type WorkloadResult,
} from '../../contracts/index.ts'
import { AppError, type Json, mapInTurns } from '../../shared/index.ts'
import { type Moment, rateEfficiency } from '../../voice/index.ts'
import { RoutedPayload } from '../task-payload.ts'
import { decisionReader } from './shared-decisions.ts'

const Output = z.object({
  text: z.string(),
  model: z.string(),
  confidence: z.number().nullable(),
  latencyMs: z.number(),
  tokens: z.object({ input: z.number().nullable(), output: z.number().nullable() }),
  costUsd: z.number().nullable(),
  fallback: z.boolean(),
  fallbackReason: FallbackReason.optional(),
  repaired: z.boolean(),
})

const Routed = RoutedPayload.pick({ specialist: true, pilot: true, decision: true })

type Seen = {
  readonly run: Run
  readonly tasks: readonly Task[]
  /** What the tasks were given, by their keys. */
  readonly routes: readonly { readonly key: string; readonly value: Json }[]
  /** The decisions that are stored with the run. */
  readonly decisions: Json
}

/** What a run of workloads amounts to so far. */
export async function orchestrationResult(
  { run, tasks, routes, decisions }: Seen,
  speak: (moment: Moment, key: string) => string,
): Promise<OrchestrationResult> {
  const given = new Map(routes.map(({ key, value }) => [key, value]))
  const decisionOf = decisionReader(decisions)
  const workloads = await mapInTurns(tasks, (task) => {
    const { decision, ...routed } = Routed.parse(given.get(task.id))
    const routing = decision === null ? undefined : decisionOf(decision)
    if (routing !== undefined) return workloadOf(task, { ...routed, routing })
    throw new AppError('internal', `run ${run.id} has no decision for its workload ${task.id}`)
  })
  const succeeded = workloads.filter(({ state }) => state === 'succeeded')
  const isSuccess = workloads.length > 0 && succeeded.length === workloads.length
  const costs = succeeded.flatMap(({ costUsd }) => (costUsd === null ? [] : [costUsd]))
  const efficiencyRating = rateEfficiency(run.parallelEfficiency)
  const { speedUp, parallelEfficiency, simulated } = run
  return {
    runId: run.id,
    success: isSuccess,
    partialSuccess: !isSuccess && succeeded.length > 0,
    workloads,
    modelsUsed: [...new Set(succeeded.flatMap(({ model }) => (model === null ? [] : [model])))],
    processingTimeMs: run.wallTimeMs,
    sequentialTimeMs: run.sequentialTimeMs,
    speedUp,
    parallelEfficiency,
    efficiencyRating,
    costUsd: costs.length === succeeded.length && costs.length > 0 ? sum(costs) : null,
    commentary: commentaryOf(run, { workloads, efficiencyRating, speak }),
    simulated,
  }
}

type RoutedTask = Omit<z.infer<typeof Routed>, 'decision'> & { readonly routing: RoutingDecision }

function workloadOf(task: Task, routed: RoutedTask): WorkloadResult {
  const parsed = Output.safeParse(task.output)
  const output = parsed.success ? parsed.data : null
  const { input = null, output: written = null } = output?.tokens ?? {}
  return {
    id: task.id,
    type: task.type,
    state: task.state,
    specialist: routed.specialist,
    model: output?.model ?? null,
    result: output?.text ?? null,
    confidence: output?.confidence ?? null,
    latencyMs: output?.latencyMs ?? null,
    tokens: input === null || written === null ? null : { input, output: written },
    costUsd: output?.costUsd ?? null,
    attempts: task.attempts,
    pilot: routed.pilot?.arm === 'candidate',
    fallback: output?.fallback ?? false,
    ...(output?.fallbackReason === undefined ? {} : { fallbackReason: output.fallbackReason }),
    repaired: output?.repaired ?? false,
    simulated: task.simulated,
    routing: routed.routing,
    error: task.error,
  }
}

type Said = {
  readonly workloads: readonly WorkloadResult[]
  readonly efficiencyRating: OrchestrationResult['efficiencyRating']
  readonly speak: (moment: Moment, key: string) => string
}

function commentaryOf(run: Run, { workloads, efficiencyRating, speak }: Said): string {
  const { total, slots, simulated, speedUp, counts, state } = run
  if (run.finishedAt === null) {
    return speak({ kind: 'orchestration.accepted', total, slots, simulated }, run.id)
  }
  const { succeeded } = counts
  const ended = {
    ...{ total, succeeded, speedUp, simulated },
    failed: total - succeeded - counts.cancelled,
    cancelled: counts.cancelled,
    rating: efficiencyRating,
    fallbacks: workloads.filter(({ fallback }) => fallback).length,
  }
  if (counts.cancelled > 0) return speak({ kind: 'orchestration.cancelled', ...ended }, run.id)
  if (state === 'succeeded') return speak({ kind: 'orchestration.succeeded', ...ended }, run.id)
  const kind = succeeded > 0 ? 'orchestration.partial' : 'orchestration.failed'
  return speak({ kind, ...ended }, run.id)
}

/** Without the dust that adding fractions leaves. */
function sum(costs: readonly number[]): number {
  return Math.round(costs.reduce((total, cost) => total + cost, 0) * 1e9) / 1e9
}
