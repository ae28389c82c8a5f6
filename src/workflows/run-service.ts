import { createHash } from 'node:crypto'
import type {
  Agent,
  Run,
  RunReport,
  RunRequest,
  RunService,
  SplitPlan,
  Task,
} from '../contracts/index.ts'
import type { Engine, NewRun } from '../engine/index.ts'
import { AppError, type Json } from '../shared/index.ts'
import { splitWorkflow } from '../splitting/index.ts'
import type { TaskPayload } from './task-payload.ts'

export type RunServiceParts = {
  readonly engine: Engine
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
}

/** What clients may do with runs; the engine underneath knows nothing of splitting or agents. */
export function createRunService(parts: RunServiceParts): RunService {
  const { engine } = parts
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
    submit: async (request, idempotencyKey) => {
      const agent = findAgent(parts, request.options?.agent ?? parts.defaultAgent)
      const made = newRun(parts, { request, agent, plan: plan(request.input, request.options) })
      const idempotency =
        idempotencyKey === undefined ? null : { key: idempotencyKey, requestHash: hashOf(request) }
      const { id, created } = await engine.submit({ ...made, idempotency })
      return { run: await engine.run(id), created }
    },
    get: (id) => engine.run(id),
    list: (page) => engine.runs(page),
    tasks: (id, page) => engine.tasks(id, page),
    cancel: (id) => engine.cancel(id),
    retry: async (id) => {
      const run = await engine.run(id)
      return await engine.retry(id, bindingOf(parts, run))
    },
    report: async (id) => reportOf(await engine.snapshot(id)),
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

type Made = { readonly request: RunRequest; readonly agent: Agent; readonly plan: SplitPlan }

function newRun(parts: RunServiceParts, made: Made): NewRun {
  const { request, agent, plan } = made
  const { defaults, bound } = parts
  const { workerTemplate: template } = plan
  const timeoutMs = template.timeoutMs ?? defaults.timeoutMs
  const maxRetries = template.retries ?? defaults.retries
  const payloadOf = (instructions: string): TaskPayload => ({
    runTitle: plan.title,
    instructions,
    cache: template.cache,
  })
  return {
    kind: request.kind,
    title: plan.title,
    agent: agent.name,
    slots: request.options?.concurrency ?? agent.defaultSlots,
    ageingMs: defaults.ageingMs,
    input: { input: request.input, options: JSON.parse(JSON.stringify(request.options ?? {})) },
    lanes: agent.lanes,
    closing:
      agent.close === undefined ? null : { payload: payloadOf(''), timeoutMs: defaults.timeoutMs },
    simulated: parts.simulated.has(agent.name),
    binding: bound.agents.has(agent.name) ? bound.binding : null,
    idempotency: null,
    parentRun: null,
    repository: null,
    user: null,
    tasks: plan.tasks.map(({ id, title, type, priority, complexity, dependsOn, instructions }) => ({
      ...{ key: id, title, type, priority, complexity, dependsOn, timeoutMs, maxRetries },
      agent: agent.name,
      lanes: agent.lanes.map((lane) => lane.name),
      payload: payloadOf(instructions),
    })),
  }
}

/** The same for the same request, whatever the order of its keys. */
function hashOf(request: RunRequest): string {
  const sorted = (_key: string, value: Json): Json =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value
  return createHash('sha256').update(JSON.stringify(request, sorted)).digest('hex')
}

function reportOf(snapshot: { readonly run: Run; readonly tasks: readonly Task[] }): RunReport {
  const { run, tasks } = snapshot
  const { speedUp, parallelEfficiency, wallTimeMs, sequentialTimeMs, cost, simulated } = run
  const failures = tasks.flatMap(({ id, title, state, error }) =>
    state === 'failed' && error !== null ? [{ task: id, title, ...error }] : [],
  )
  const figures = { speedUp, parallelEfficiency, wallTimeMs, sequentialTimeMs, cost, simulated }
  return { run, tasks: [...tasks], ...figures, failures }
}
