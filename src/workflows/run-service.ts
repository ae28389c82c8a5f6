import { accountsFor, type Cap } from '../budget/index.ts'
import type {
  Account,
  Agent,
  Run,
  RunReport,
  RunRequest,
  RunService,
  SplitPlan,
  SplitTask,
  Task,
} from '../contracts/index.ts'
import type { Engine, NewRun } from '../engine/index.ts'
import type { Audit } from '../records/index.ts'
import { AppError, newId } from '../shared/index.ts'
import { splitWorkflow } from '../splitting/index.ts'
import type { Moment } from '../voice/index.ts'
import { auditRunRequest } from './audit-run-request.ts'
import { budgetLanes } from './budget-lanes.ts'
import type { Fleet } from './gateway/gateway-parts.ts'
import { keepKeyApart } from './keep-key-apart.ts'
import { runLanes, waysOf } from './model-ways.ts'
import { refuseUnknownPrices } from './refuse-unknown-prices.ts'
import { openRouter, type RouterParts } from './router.ts'
import type { RoutedPayload, TaskPayload } from './task-payload.ts'

export type RunServiceParts = {
  readonly engine: Engine
  readonly audit: Pick<Audit, 'record'>
  readonly agents: ReadonlyMap<string, Agent>
  /** The agent of a run whose caller names none. */
  readonly defaultAgent: string
  /** Agents whose answers are simulated. */
  readonly simulated: ReadonlySet<string>
  /** Agents whose runs only the process with this binding performs. */
  readonly bound: { readonly agents: ReadonlySet<string>; readonly binding: string | null }
  readonly defaults: {
    readonly timeoutMs: number
    readonly retries: number
    readonly ageingMs: number
  }
  readonly limits: { readonly maxInputBytes: number; readonly maxTasks: number }
  /** How tasks of the agents that call models get theirs. */
  readonly models: {
    readonly agents: ReadonlySet<string>
    readonly fleet: Fleet
    readonly caps: readonly Cap[]
    readonly router: RouterParts
  }
  readonly speak: (moment: Moment, key: string) => string
}

/** Whose keys those of runs are that no caller asked for. */
const nobody = 'maniple'

/** What clients may do with runs; the engine underneath knows nothing of splitting or agents. */
export function createRunService(parts: RunServiceParts): RunService {
  const { engine, audit } = parts
  const plan: RunService['plan'] = (input, options = {}) => {
    const { maxInputBytes: maxBytes, maxTasks } = parts.limits
    const { level, title } = options
    return splitWorkflow(input, {
      limits: { maxBytes, maxTasks },
      ...(level === undefined ? {} : { level }),
      ...(title === undefined ? {} : { title }),
    })
  }
  return {
    plan,
    submit: async (request, idempotencyKey, caller) => {
      const agent = findAgent(parts, request.options?.agent ?? parts.defaultAgent)
      const split = plan(request.input, request.options)
      const id = newId()
      const routes = await routePlan(parts, { id, agent, plan: split })
      const made = newRun(parts, { id, request, agent, plan: split, routes })
      const keyed = { user: caller?.user ?? nobody, key: idempotencyKey, request }
      const submitted = await keepKeyApart(keyed, (idempotency) =>
        engine.submit({ ...made, idempotency }),
      )
      const { created } = submitted
      const run = await engine.run(submitted.id)
      if (created) auditRunRequest(audit, { action: 'SubmitRun', run, caller })
      return { run, created }
    },
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

function findAgent(parts: RunServiceParts, name: string): Agent {
  const agent = parts.agents.get(name)
  if (agent !== undefined) return agent
  const known = [...parts.agents.keys()].join(', ')
  throw new AppError(
    'agent_unknown',
    `no agent is called ${JSON.stringify(name)}; configured: ${known}`,
  )
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

/** Null for agents that call no models: nothing is to be routed. */
type Routes = {
  readonly accounts: readonly Account[]
  readonly of: (task: SplitTask) => RoutedPayload
} | null

/** Tasks of one type and complexity go the same way: hundreds of them share one decision. */
async function routePlan(
  parts: RunServiceParts,
  { id, agent, plan }: { readonly id: string; readonly agent: Agent; readonly plan: SplitPlan },
): Promise<Routes> {
  const { models } = parts
  if (!models.agents.has(agent.name)) return null
  const subject = { runId: id, rootId: id, repository: null, user: null, pilot: null }
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
}

function newRun(parts: RunServiceParts, made: Made): NewRun {
  const { id, request, agent, plan, routes } = made
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
    parentRun: null,
    repository: null,
    user: null,
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
