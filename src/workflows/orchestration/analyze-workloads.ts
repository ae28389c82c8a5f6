import { estimateCost, estimateTokens, type Subject } from '../../budget/index.ts'
import type {
  Analysis,
  AnalysisRequest,
  Caller,
  Complexity,
  WorkloadRequest,
} from '../../contracts/index.ts'
import {
  estimateTime,
  layerSizes,
  type SuggestedWidth,
  suggestWidth,
  widestLayer,
} from '../../planning/index.ts'
import { AppError, mapInTurns, newId } from '../../shared/index.ts'
import { checkGraph, splitWorkflow } from '../../splitting/index.ts'
import type { Moment } from '../../voice/index.ts'
import { openRouter, type RoutedWork } from '../router.ts'
import { affordableCalls, type CallCosts } from './affordable-calls.ts'
import { guardRequest } from './guard-request.ts'
import type { OrchestrationParts } from './orchestration-parts.ts'
import { type Workload, withIds } from './workloads.ts'

const shownCharacters = 200
/** What a specialist answers with, as a rule, of what it may: for estimates only. */
const usualOutputShare = 0.25

type Estimated = {
  readonly workload: Workload
  readonly routed: RoutedWork
  readonly ms: number
  readonly tokens: number
  readonly costUsd: number | null
}

/** What the workloads would take. Nothing is run and nothing is stored. */
export async function analyzeWorkloads(
  parts: OrchestrationParts,
  request: AnalysisRequest,
  caller: Caller,
): Promise<Analysis> {
  guardRequest(parts, request, caller)
  const isDerived = request.workloads === undefined || request.workloads.length === 0
  const workloads = withIds(isDerived ? derive(parts, request) : (request.workloads ?? []))
  checkGraph(workloads)
  const id = newId()
  const subject = { runId: id, rootId: id, repository: request.repository, user: caller.user }
  const router = await openRouter(parts.router, { ...subject, pilot: null })
  const estimated = await mapInTurns(workloads, (workload) => {
    const { type, content, complexity } = workload
    return estimate(parts, workload, router.route({ type, content, complexity }))
  })
  const suggested = await widthOf(parts, { estimated, subject })
  const pilot = request.includePilotStatus ? await parts.pilot.status() : null
  const complexity = overall(estimated.map(({ routed }) => routed.complexity))
  const facts = { estimated, suggested, complexity, isDerived }
  return {
    repository: request.repository,
    ...figuresOf(facts),
    pilot,
    ...wordsOf(parts, facts, id),
  }
}

/** A context of prose is split as an issue would be. */
function derive(
  { limits }: OrchestrationParts,
  { context }: AnalysisRequest,
): readonly WorkloadRequest[] {
  if (context.trim() === '') {
    throw new AppError(
      'input_invalid',
      'there is nothing to analyse: give workloads, or a context to derive them from',
    )
  }
  const { maxInputBytes: maxBytes, maxTasks } = limits
  const plan = splitWorkflow(context, { limits: { maxBytes, maxTasks } })
  return plan.tasks.map(({ id, title, priority, complexity, dependsOn }) => ({
    id,
    content: title,
    priority,
    complexity,
    dependsOn: [...dependsOn],
  }))
}

function estimate(
  { fleet, router }: OrchestrationParts,
  workload: Workload,
  routed: RoutedWork,
): Estimated {
  const model = fleet.get(routed.decision.models.order[0] ?? '')
  const inputTokens = estimateTokens(workload.content)
  const maxOutputTokens = Math.ceil(router.maxOutputTokens * usualOutputShare)
  const price = model?.profile.price ?? null
  const costUsd = price === null ? null : estimateCost(price, { inputTokens, maxOutputTokens })
  const tokens = inputTokens + maxOutputTokens
  return { workload, routed, ms: routed.specialist.expectedLatencyMs, tokens, costUsd }
}

type Asked = {
  readonly estimated: readonly Estimated[]
  readonly subject: Subject
}

async function widthOf(parts: OrchestrationParts, asked: Asked): Promise<SuggestedWidth> {
  const { fleet, engine, defaults } = parts
  const { estimated } = asked
  const names = new Set(estimated.flatMap(({ routed }) => routed.decision.models.order))
  const models = [...fleet.values()].filter(({ profile }) => names.has(profile.name))
  const lanes = await engine.lanes.read(models.map(({ profile }) => profile.lane.name))
  const held = new Map(lanes.map((lane) => [lane.name, lane.shut === null ? lane.held : Infinity]))
  const places = models.map(({ profile: { lane } }) =>
    Math.max(0, lane.concurrency - (held.get(lane.name) ?? 0)),
  )
  const rates = models.map(({ profile }) => profile.lane.requestsPerMinute)
  const isLimited = rates.length > 0 && rates.every((rate) => rate !== null)
  return suggestWidth({
    independent: widestLayer(estimated.map(({ workload }) => workload)),
    slots: defaults.slots,
    lanePlaces: sum(places),
    requestsPerMinute: isLimited ? sum(rates.map((rate) => rate ?? 0)) : null,
    latencyMs: estimated.length === 0 ? 0 : sum(estimated.map(({ ms }) => ms)) / estimated.length,
    affordable: await affordableCalls(parts, asked.subject, dearest(estimated)),
  })
}

/** What the dearest call takes, as the estimates have it. */
function dearest(estimated: readonly Estimated[]): CallCosts {
  const costs = estimated.flatMap(({ costUsd }) => (costUsd === null ? [] : [costUsd]))
  return {
    usd: costs.length === 0 ? null : costs.reduce((most, cost) => Math.max(most, cost)),
    tokens: estimated.reduce((most, { tokens }) => Math.max(most, tokens), 0),
  }
}

type Facts = {
  readonly estimated: readonly Estimated[]
  readonly suggested: SuggestedWidth
  readonly complexity: Complexity
  readonly isDerived: boolean
}

type Figures = Omit<Analysis, 'repository' | 'insights' | 'pilot' | 'commentary' | 'simulated'>

function figuresOf({ estimated, suggested, complexity, isDerived }: Facts): Figures {
  const costs = estimated.map(({ costUsd }) => costUsd)
  return {
    derived: isDerived,
    complexity,
    workloads: estimated.map(({ workload, routed, ms, costUsd }) => ({
      id: workload.id,
      type: routed.taskType,
      content: Array.from(workload.content.slice(0, 1000)).slice(0, shownCharacters).join(''),
      complexity: routed.complexity,
      specialist: routed.specialist.name,
      model: routed.decision.models.order[0] ?? '',
      estimatedMs: ms,
      estimatedCostUsd: costUsd,
      routing: routed.decision,
    })),
    recommendedSpecialists: [...new Set(estimated.map(({ routed }) => routed.specialist.name))],
    recommendedModels: [
      ...new Set(estimated.flatMap(({ routed }) => routed.decision.models.order.slice(0, 1))),
    ],
    suggestedWidth: suggested.width,
    bindingLimit: suggested.binding,
    estimatedCostUsd: costs.every((cost) => cost !== null)
      ? sum(costs.map((cost) => cost ?? 0))
      : null,
    estimatedMs: Math.round(
      estimateTime(
        estimated.map(({ workload: { id, dependsOn }, ms }) => ({ id, dependsOn, ms })),
        suggested.width,
      ),
    ),
  }
}

const counted = (count: number): string => `${count} ${count === 1 ? 'workload' : 'workloads'}`

function wordsOf(
  { fleet, speak }: OrchestrationParts,
  { estimated, suggested, complexity, isDerived }: Facts,
  key: string,
): Pick<Analysis, 'insights' | 'commentary' | 'simulated'> {
  const simulated = estimated.some(
    ({ routed }) => fleet.get(routed.decision.models.order[0] ?? '')?.profile.simulated ?? false,
  )
  const layers = layerSizes(estimated.map(({ workload }) => workload)).length
  const unpriced = estimated.filter(({ costUsd }) => costUsd === null).length
  const insights = [
    ...(isDerived ? [`${counted(estimated.length)} derived from the context`] : []),
    `${counted(estimated.length)} in ${layers} ${layers === 1 ? 'layer' : 'layers'} of dependencies`,
    suggested.binding.width === 0
      ? `none at the moment: ${suggested.binding.reason}`
      : `${suggested.width} at once: ${suggested.binding.reason}`,
    ...(unpriced > 0
      ? [`nobody knows what ${unpriced} of them cost: set the price of the model`]
      : []),
  ]
  const moment: Moment = {
    kind: 'analysis',
    total: estimated.length,
    width: suggested.width,
    complexity,
    limit: suggested.binding.limit === 'rate' ? 'other' : suggested.binding.limit,
    simulated,
  }
  return { insights, commentary: speak(moment, key), simulated }
}

const rank = { low: 0, medium: 1, high: 2 } as const

/** The middle one, the higher of two. */
function overall(complexities: readonly Complexity[]): Complexity {
  const sorted = complexities.toSorted((one, other) => rank[one] - rank[other])
  return sorted[Math.floor(sorted.length / 2)] ?? 'low'
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
