import * as z from 'zod'
import {
  OrchestrationResult,
  type Run,
  RunState,
  type Task,
  WorkloadResult,
} from '../contracts/index.ts'
import type { ToolContext } from './contract.ts'
import { groupWaits, type WaitGroup } from './group-waits.ts'

const WorkloadAnswer = WorkloadResult.pick({
  id: true,
  type: true,
  state: true,
  result: true,
  confidence: true,
  latencyMs: true,
  error: true,
}).extend({
  specialist: z.string().nullable(),
  model: z.string().nullable(),
})
type WorkloadAnswer = z.infer<typeof WorkloadAnswer>

/** A run as the tools show it, finished or not. */
export const RunAnswer = z.object({
  runId: z.string(),
  state: RunState,
  ended: z.int(),
  total: z.int(),
  results: z.array(WorkloadAnswer),
  /** Where the results that had no room go on. */
  next: z.int().nullable(),
  waits: z.array(
    z.object({
      reason: z.string(),
      subject: z.string(),
      tasks: z.int(),
      frees: z.string().nullable(),
    }),
  ),
  performance: OrchestrationResult.pick({
    processingTimeMs: true,
    sequentialTimeMs: true,
    speedUp: true,
    parallelEfficiency: true,
    efficiencyRating: true,
  }),
  modelsUsed: z.array(z.string()),
  costUsd: z.number().nullable(),
  commentary: z.string(),
  simulated: z.boolean(),
})
export type RunAnswer = z.input<typeof RunAnswer>

/** An answer holds so many results at most, and so many characters of them (but at least one). */
const pageItems = 100
const pageCharacters = 60_000

const sizeOf = ({ result, error }: WorkloadAnswer): number =>
  (result?.length ?? 0) + (error?.message.length ?? 0)

/** Whole results from the `from`th on, as many as an answer has room for. */
function pageOf(all: readonly WorkloadAnswer[], from: number): Pick<RunAnswer, 'results' | 'next'> {
  const results: WorkloadAnswer[] = []
  let characters = 0
  for (const item of all.slice(from, from + pageItems)) {
    characters += sizeOf(item)
    if (results.length > 0 && characters > pageCharacters) break
    results.push(item)
  }
  const next = from + results.length
  return { results, next: next < all.length ? next : null }
}

const ofTask = (task: Task): WorkloadAnswer => ({
  id: task.id,
  type: task.type,
  state: task.state,
  specialist: null,
  model: null,
  result:
    task.output === null || typeof task.output === 'string'
      ? task.output
      : JSON.stringify(task.output),
  confidence: null,
  latencyMs: task.durationMs,
  error: task.error,
})

const endedOf = ({ counts }: Run): number =>
  counts.succeeded + counts.failed + counts.skipped + counts.cancelled

type Seen = { readonly run: Run; readonly waits: WaitGroup[]; readonly commentary: string }

const commonOf = ({ run, waits }: Seen) => ({
  runId: run.id,
  state: run.state,
  ended: endedOf(run),
  total: run.total,
  waits,
})

/** A run of workloads: what the orchestration knows of it, commentary included. */
async function ofOrchestration(seen: Seen, from: number, context: ToolContext): Promise<RunAnswer> {
  const result = await context.orchestration.result(seen.run.id)
  const isOver = seen.run.finishedAt !== null
  return {
    ...commonOf(seen),
    ...pageOf(result.workloads, from),
    performance: result,
    modelsUsed: result.modelsUsed,
    costUsd: result.costUsd,
    commentary: isOver ? result.commentary : context.orchestration.accepted(seen.run),
    simulated: result.simulated,
  }
}

/** A run of another kind, such as one that was split from a plan. */
function ofTasks(seen: Seen, tasks: readonly Task[], from: number): RunAnswer {
  const { run } = seen
  return {
    ...commonOf(seen),
    ...pageOf(tasks.map(ofTask), from),
    performance: {
      processingTimeMs: run.wallTimeMs,
      sequentialTimeMs: run.sequentialTimeMs,
      speedUp: run.speedUp,
      parallelEfficiency: run.parallelEfficiency,
      efficiencyRating: 'unknown',
    },
    modelsUsed: [],
    costUsd: run.cost.usd ?? null,
    commentary: seen.commentary,
    simulated: run.simulated,
  }
}

/** The run as it stands now. Throws `not_found`. */
export async function runAnswer(
  runId: string,
  from: number,
  context: ToolContext,
): Promise<RunAnswer> {
  const { run, tasks, commentary } = await context.runs.report(runId)
  const seen = { run, waits: groupWaits(tasks), commentary }
  return run.kind === 'orchestrate'
    ? await ofOrchestration(seen, from, context)
    : ofTasks(seen, tasks, from)
}
