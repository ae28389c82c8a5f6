import { accountsFor } from '../../budget/index.ts'
import type { Account, OrchestrationRequest } from '../../contracts/index.ts'
import type { NewRun, NewTask } from '../../engine/index.ts'
import { mapInTurns } from '../../shared/index.ts'
import { budgetLanes } from '../budget-lanes.ts'
import { runLanes, waysOf } from '../model-ways.ts'
import { refuseUnknownPrices } from '../refuse-unknown-prices.ts'
import { openRouter, type RoutedWork, type RouteSubject } from '../router.ts'
import { contextEntry } from '../shared-context.ts'
import type { RoutedPayload, StoredDecision, TaskPayload } from '../task-payload.ts'
import type { OrchestrationParts } from './orchestration-parts.ts'
import { decisionsEntry, SharedDecisions } from './shared-decisions.ts'
import { contextOf, instructionsOf, titleOf, type Workload } from './workloads.ts'

type Made = {
  readonly request: OrchestrationRequest
  readonly workloads: readonly Workload[]
  readonly subject: RouteSubject
}

/** Routes the workloads. What all of them share is in the run's input, not in their payloads. */
export async function newRun(
  parts: OrchestrationParts,
  { request, workloads, subject }: Made,
): Promise<NewRun> {
  const { fleet, defaults, caps, clock } = parts
  const router = await openRouter(parts.router, subject)
  const accounts = accountsFor(caps, subject, new Date(clock.now()))
  const title = titleOf(request)
  const context = contextOf(request)
  const decisions = new SharedDecisions()
  const tasks = await mapInTurns(workloads, (workload) => {
    const { type, content, complexity } = workload
    const routed = router.route({ type, content, complexity })
    const payload: TaskPayload = {
      runTitle: title,
      instructions: instructionsOf(workload, request),
      hasContext: context !== '',
      cache: false,
      routed: routedPayload(subject, routed, decisions.add(routed.decision)),
    }
    return taskOf(parts, { workload, payload, accounts })
  })
  refuseUnknownPrices(
    fleet,
    accounts,
    tasks.map(({ order }) => order),
  )
  const { orders, isSimulated } = summary(parts, tasks)
  return {
    id: subject.runId,
    kind: 'orchestrate',
    title,
    agent: parts.agent,
    slots: request.slots ?? defaults.slots,
    ageingMs: defaults.ageingMs,
    input: {
      [contextEntry]: context,
      workloads: workloads.length,
      models: orders,
      [decisionsEntry]: decisions.all,
    },
    lanes: runLanes(fleet, accounts),
    closing: null,
    simulated: isSimulated,
    binding: null,
    idempotency: null,
    parentRun: request.parentRun ?? null,
    repository: subject.repository,
    user: subject.user,
    tasks: tasks.map(({ task }) => task),
  }
}

function routedPayload(
  { runId: _, ...about }: RouteSubject,
  { specialist, taskType, complexity, decision }: RoutedWork,
  stored: StoredDecision,
): RoutedPayload {
  const { order } = decision.models
  const routed = { specialist: specialist.name, taskType, complexity, order }
  return { ...about, ...routed, isStructured: true, decision: stored }
}

type MadeTask = { readonly task: NewTask; readonly order: readonly string[] }

function taskOf(
  { fleet, agent, defaults }: OrchestrationParts,
  made: {
    readonly workload: Workload
    readonly payload: TaskPayload
    readonly accounts: readonly Account[]
  },
): MadeTask {
  const { workload, payload, accounts } = made
  const order = payload.routed?.order ?? []
  const task: NewTask = {
    key: workload.id,
    title: workload.title,
    type: payload.routed?.taskType ?? 'general',
    agent,
    priority: workload.priority,
    complexity: payload.routed?.complexity ?? 'medium',
    dependsOn: workload.dependsOn,
    lanes: budgetLanes(accounts).map(({ name }) => name),
    ways: waysOf(fleet, order),
    timeoutMs: defaults.timeoutMs,
    maxRetries: defaults.retries,
    payload,
  }
  return { task, order }
}

function summary({ fleet }: OrchestrationParts, tasks: readonly MadeTask[]) {
  const orders = [...new Set(tasks.flatMap(({ order }) => order.slice(0, 1)))]
  return { orders, isSimulated: orders.some((name) => fleet.get(name)?.profile.simulated ?? false) }
}
