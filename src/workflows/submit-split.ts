import type { PoolClient } from 'pg'
import { accountsFor } from '../budget/index.ts'
import type {
  Account,
  Agent,
  Caller,
  Run,
  RunRequest,
  RunService,
  SplitPlan,
  SplitTask,
} from '../contracts/index.ts'
import type { NewRun } from '../engine/index.ts'
import { AppError, type Json, newId } from '../shared/index.ts'
import { splitWorkflow } from '../splitting/index.ts'
import { auditRunRequest } from './audit-run-request.ts'
import { budgetLanes } from './budget-lanes.ts'
import { keepKeyApart } from './keep-key-apart.ts'
import { runLanes, waysOf } from './model-ways.ts'
import { refuseUnknownPrices } from './refuse-unknown-prices.ts'
import { openRouter } from './router.ts'
import type { RunServiceParts } from './run-service-parts.ts'
import type { RoutedPayload, TaskPayload } from './task-payload.ts'

/** Where a run comes from, when that is not a caller of the API alone. */
export type RunOrigin = {
  readonly repository: string | null
  readonly user: string | null
  /** The run that caused it. */
  readonly parentRun: string | null
  /** Written with the run, or not at all. */
  readonly alongside: (client: PoolClient, runId: string) => Promise<void>
}

export type SplitSubmission = {
  readonly request: RunRequest
  readonly idempotencyKey?: string | undefined
  readonly caller?: Caller | undefined
  readonly origin?: RunOrigin
}

/** Splits a workflow into tasks without storing anything. */
export function planSplit(
  { limits }: Pick<RunServiceParts, 'limits'>,
  input: Json,
  options: RunRequest['options'] = {},
): SplitPlan {
  const { maxInputBytes: maxBytes, maxTasks } = limits
  const { level, title } = options
  return splitWorkflow(input, {
    limits: { maxBytes, maxTasks },
    ...(level === undefined ? {} : { level }),
    ...(title === undefined ? {} : { title }),
  })
}

/** Splits, routes and stores a run; resolves once it is committed. */
export async function submitSplit(
  parts: RunServiceParts,
  { request, idempotencyKey, caller, origin = ownOrigin }: SplitSubmission,
): ReturnType<RunService['submit']> {
  const { engine, audit } = parts
  const agent = findAgent(parts, request.options?.agent ?? parts.defaultAgent)
  const plan = planSplit(parts, request.input, request.options)
  const id = newId()
  const routes = await routePlan(parts, { id, agent, plan, origin })
  const made = newRun(parts, { id, request, agent, plan, routes, origin })
  const keyed = { user: caller?.user ?? nobody, key: idempotencyKey, request }
  const submitted = await keepKeyApart(keyed, (idempotency) =>
    engine.submit({ ...made, idempotency }, (client) => origin.alongside(client, id)),
  )
  const { created } = submitted
  const run: Run = await engine.run(submitted.id)
  if (created) auditRunRequest(audit, { action: 'SubmitRun', run, caller })
  return { run, created }
}

/** Whose keys those of runs are that no caller asked for. */
const nobody = 'maniple'

const ownOrigin: RunOrigin = {
  ...{ repository: null, user: null, parentRun: null },
  alongside: async () => undefined,
}

function findAgent(parts: RunServiceParts, name: string): Agent {
  const agent = parts.agents.get(name)
  if (agent !== undefined) return agent
  const known = [...parts.agents.keys()].join(', ')
  throw new AppError(
    'agent_unknown',
    `no agent is called ${JSON.stringify(name)}; configured: ${known}`,
  )
}

/** Null for agents that call no models: nothing is to be routed. */
type Routes = {
  readonly accounts: readonly Account[]
  readonly of: (task: SplitTask) => RoutedPayload
} | null

/** Tasks of one type and complexity go the same way: hundreds of them share one decision. */
async function routePlan(
  parts: RunServiceParts,
  { id, agent, plan, origin }: Omit<Made, 'request' | 'routes'>,
): Promise<Routes> {
  const { models } = parts
  if (!models.agents.has(agent.name)) return null
  const { repository, user, parentRun } = origin
  const rootId = parentRun === null ? id : (await parts.engine.run(parentRun)).lineage.root
  const subject = { runId: id, rootId, repository, user, pilot: null }
  const router = await openRouter(models.router, subject)
  const known = new Map<string, RoutedPayload>()
  const route = ({ type, complexity, title }: SplitTask): RoutedPayload => {
    const routed = router.route({ type, complexity, content: title })
    const { runId: _, ...about } = subject
    return {
      ...about,
      taskType: routed.taskType,
      complexity,
      specialist: routed.specialist.name,
      order: routed.decision.models.order,
      isStructured: false,
      decision: null,
    }
  }
  for (const task of plan.tasks) {
    const key = `${task.type} ${task.complexity}`
    if (!known.has(key)) known.set(key, route(task))
  }
  const accounts = accountsFor(models.caps, subject, new Date(models.router.clock.now()))
  refuseUnknownPrices(
    models.fleet,
    accounts,
    [...known.values()].map(({ order }) => order),
  )
  return {
    accounts,
    of: (task) => known.get(`${task.type} ${task.complexity}`) ?? route(task),
  }
}

type Made = {
  readonly id: string
  readonly request: RunRequest
  readonly agent: Agent
  readonly plan: SplitPlan
  readonly routes: Routes
  readonly origin: RunOrigin
}

function newRun(parts: RunServiceParts, made: Made): NewRun {
  const { id, request, agent, plan, routes, origin } = made
  const { defaults, bound } = parts
  const { workerTemplate: template } = plan
  const timeoutMs = template.timeoutMs ?? defaults.timeoutMs
  const maxRetries = template.retries ?? defaults.retries
  const payloadOf = (instructions: string, routed: RoutedPayload | null): TaskPayload => ({
    runTitle: plan.title,
    instructions,
    hasContext: false,
    cache: template.cache,
    routed,
  })
  const lanes = routes === null ? agent.lanes : runLanes(parts.models.fleet, routes.accounts)
  return {
    id,
    kind: request.kind,
    title: plan.title,
    agent: agent.name,
    slots: request.options?.concurrency ?? agent.defaultSlots,
    ageingMs: defaults.ageingMs,
    input: { input: request.input, options: JSON.parse(JSON.stringify(request.options ?? {})) },
    lanes,
    closing:
      agent.close === undefined
        ? null
        : { payload: payloadOf('', null), timeoutMs: defaults.timeoutMs },
    simulated: parts.simulated.has(agent.name),
    binding: bound.agents.has(agent.name) ? bound.binding : null,
    idempotency: null,
    parentRun: origin.parentRun,
    repository: origin.repository,
    user: origin.user,
    tasks: plan.tasks.map((task) => {
      const { id: key, title, type, priority, complexity, dependsOn, instructions } = task
      const routed = routes?.of(task) ?? null
      const held = routes === null ? agent.lanes : budgetLanes(routes.accounts)
      return {
        ...{ key, title, type, priority, complexity, dependsOn, timeoutMs, maxRetries },
        agent: agent.name,
        lanes: held.map((lane) => lane.name),
        ways: routed === null ? [] : waysOf(parts.models.fleet, routed.order),
        payload: payloadOf(instructions, routed),
      }
    }),
  }
}
